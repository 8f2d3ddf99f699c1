// What a workerd prints, told apart: the Workers' own lines, workerd's diary, and its warnings.
import type { Readable } from 'node:stream';
import { createArrivals } from '../support/arrivals.js';

const endOfPrint = '--- printed so far ---';

/** A neighbour in the same workerd: what it prints comes out after all that was printed before. */
export const printer = {
  name: 'printer',
  modules: true as const,
  script: `export default {
    fetch() {
      console.log('${endOfPrint}');
      console.error('${endOfPrint}');
      return new Response();
    },
  };`,
};

export interface Printed {
  /** Reads the two until they end. */
  collect(stdout: Readable, stderr: Readable): void;
  soFar(): string;
  /** What was printed before print makes the printer print, but for workerd's diary. */
  byWorkers(print: () => Promise<void>): Promise<string>;
  /** Of the same, with the diary, the sentences on what passed between requests or hung. */
  warnings(print: () => Promise<void>): Promise<string[]>;
}

export function createPrinted(): Printed {
  const arrivals = createArrivals();
  const outputs: string[] = [];

  async function records(print: () => Promise<void>): Promise<string[]> {
    const counts = outputs.map((text) => text.split(endOfPrint).length);
    await print();
    const ended = () => outputs.every((text, i) => text.split(endOfPrint).length > (counts[i] ?? 0));
    await arrivals.wait(
      () => (ended() ? true : undefined),
      10_000,
      () => outputs.join('\n'),
    );
    return recordsOf(outputs.join('').replaceAll(`${endOfPrint}\n`, ''));
  }

  return {
    collect(...streams) {
      streams.forEach((stream, i) => {
        outputs[i] = '';
        stream.setEncoding('utf8').on('data', (text: string) => {
          outputs[i] += text;
          arrivals.happened();
        });
      });
    },
    soFar: () => outputs.join('\n'),
    byWorkers: async (print) => (await records(print)).filter((record) => !diary.test(record)).join('\n'),
    warnings: async (print) => (await records(print)).filter((record) => warning.test(record)),
  };
}

/** As in `workerd/io/worker.c++:2484: info: uncaught exception; …`, with its stack on lines of its own. */
const diary = /^workerd\/[^\n]*: info: /;

/** Said of streams, of promises of two sorts, and of a promise that nobody settles. */
const warning = /different request|request that has since ended|code had hung|hanging Promise/;

const recordsOf = (text: string): string[] =>
  text
    .trim()
    .split(/\n(?!\s|stack: )/)
    .filter((record) => record !== '');
