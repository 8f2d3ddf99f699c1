// A Worker in real workerd: a fixture, and beside it as ./timberlog.js the built Workers build.
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Miniflare, type RequestInit } from 'miniflare';
import { createArrivals } from '../support/arrivals.js';
import { closeWithTest } from '../support/closeWithTest.js';

export interface WorkerOptions {
  /** Name of a file in fixtures/, without .js. */
  fixture: string;
  /** The Worker's `env`. */
  bindings: Record<string, string>;
  /** @default ['nodejs_als'] */
  compatibilityFlags?: string[];
}

export interface TestWorker {
  /** Requests path; resolves with the answer's text: of what the Worker throws, the stack. */
  visit(path: string, init?: RequestInit): Promise<string>;
  /** Runs the Worker's scheduled handler; resolves with its outcome, `ok` or `exception`. */
  runScheduled(): Promise<string>;
  /** All that workerd and the Worker have printed by now. */
  printed(): Promise<string>;
}

const compatibilityDate = '2026-04-20';
const endOfPrint = '--- printed so far ---';

// A neighbour in the same workerd: what it prints comes out after all that was printed before.
const printer = {
  name: 'printer',
  compatibilityDate,
  modules: true,
  script: `export default {
    fetch() {
      console.log('${endOfPrint}');
      console.error('${endOfPrint}');
      return new Response();
    },
  };`,
};

const module = async (name: string, file: string) => ({
  type: 'ESModule' as const,
  path: name,
  contents: await readFile(new URL(file, import.meta.url), 'utf8'),
});

/** Starts a Worker, which ends with the running test. */
export async function startWorker(options: WorkerOptions): Promise<TestWorker> {
  const { fixture, bindings, compatibilityFlags = ['nodejs_als'] } = options;
  const arrivals = createArrivals();
  const outputs: string[] = [];
  const modules = [
    await module('worker.js', `fixtures/${fixture}.js`),
    await module('timberlog.js', '../../dist/workers.js'),
  ];
  const miniflare = new Miniflare({
    workers: [{ name: 'worker', modules, compatibilityDate, compatibilityFlags, bindings }, printer],
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      [stdout, stderr].forEach((stream, i) => {
        outputs[i] = '';
        stream.setEncoding('utf8').on('data', (text: string) => {
          outputs[i] += text;
          arrivals.happened();
        });
      });
    },
  });
  closeWithTest(() => miniflare.dispose().catch(() => {})); // it rejects again with what `ready` rejected with
  await miniflare.ready.catch((cause: unknown) => {
    throw new Error(`The Worker did not start. ${outputs.join('\n')}`, { cause });
  });
  return {
    async visit(path, init) {
      const response = await miniflare.dispatchFetch(`http://shop.test${path}`, init);
      return response.text();
    },
    async runScheduled() {
      const worker = await miniflare.getWorker();
      return (await worker.scheduled({ cron: '0 * * * *' })).outcome;
    },
    async printed() {
      const counts = outputs.map((text) => text.split(endOfPrint).length);
      const neighbour = await miniflare.getWorker('printer');
      await neighbour.fetch('http://printer.test/');
      const ended = () => outputs.every((text, i) => text.split(endOfPrint).length > (counts[i] ?? 0));
      await arrivals.wait(
        () => (ended() ? true : undefined),
        10_000,
        () => outputs.join('\n'),
      );
      return outputs.join('').replaceAll(endOfPrint, '').trim();
    },
  };
}
