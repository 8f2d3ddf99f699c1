// A Worker in real workerd: a fixture, and beside it as ./timberlog.js the built Workers build.
import { readFile } from 'node:fs/promises';
import { Miniflare, type WorkerOptions as MiniflareWorker, type RequestInit } from 'miniflare';
import { describe, expect } from 'vitest';
import { closeWithTest } from '../support/closeWithTest.js';
import { createPrinted, printer } from './printed.js';
import { type AsyncHooks, useWorkerd, type Workerd, workerds } from './workerds.js';

export interface WorkerOptions {
  /** Name of a file in fixtures/, without .js. */
  fixture: string;
  /** The Worker's `env`. */
  bindings?: Record<string, string>;
  /** @default what most Workers of this workerd's time have */
  asyncHooks?: AsyncHooks;
  /** Other modules of the Worker: files, from this folder, by the names under which they are imported. */
  modules?: Record<string, string>;
  /** What else Miniflare takes for a Worker: Durable Objects, queues, tails … */
  platform?: Partial<MiniflareWorker>;
  /** Other Workers in the same workerd, each with a fixture of its name. */
  neighbours?: readonly (Omit<WorkerOptions, 'neighbours' | 'mayWarn'> & { name: string })[];
  /** The test looks at the warnings itself: they do not fail it. @default false */
  mayWarn?: boolean;
}

export interface TestWorker {
  readonly miniflare: Miniflare;
  /** Requests path; resolves with the answer's text: of what the Worker throws, the stack. */
  visit(path: string, init?: RequestInit): Promise<string>;
  /** Runs the Worker's scheduled handler; resolves with its outcome, `ok` or `exception`. */
  runScheduled(): Promise<string>;
  /** All that the Worker has printed by now, and workerd but for its own diary. */
  printed(): Promise<string>;
  /** workerd's sentences on promises that hang and on work that passes from one request to another. */
  warnings(): Promise<string[]>;
}

export type StartWorker = (options: WorkerOptions) => Promise<TestWorker>;

/**
 * `describe` once a workerd: the suite gets what starts a Worker in it.
 *
 * @example
 * describeInWorkerds('an invocation', (startWorker) => {
 *   test('answers', async () => {
 *     const worker = await startWorker({ fixture: 'orders', bindings: { ENDPOINT: collector.endpoint } });
 *     expect(await worker.visit('/orders/1')).toBe('ok');
 *   });
 * });
 */
export function describeInWorkerds(title: string, suite: (startWorker: StartWorker, workerd: Workerd) => void): void {
  for (const workerd of workerds) {
    describe(`${title} in workerd ${workerd.version}`, () => {
      suite((options) => startWorkerIn(workerd, options), workerd);
    });
  }
}

// It ends with the running test, which fails if workerd has warned of what passed between requests.
async function startWorkerIn(workerd: Workerd, options: WorkerOptions): Promise<TestWorker> {
  const named = [{ ...options, name: 'worker' }, ...(options.neighbours ?? [])];
  const workers = await Promise.all(named.map((worker) => describeWorker(workerd, worker)));
  const printed = createPrinted();
  useWorkerd(workerd);
  const miniflare = new Miniflare({
    workers: [...workers, { ...printer, compatibilityDate: workerd.compatibilityDate }],
    handleRuntimeStdio: printed.collect,
    verbose: true, // else workerd keeps to itself most of what went wrong across requests
  });
  closeWithTest(() => miniflare.dispose().catch(() => {})); // it rejects again with what `ready` rejected with
  await miniflare.ready.catch((cause: unknown) => {
    throw new Error(`The Worker did not start. ${printed.soFar()}`, { cause });
  });
  const print = async () => void (await (await miniflare.getWorker('printer')).fetch('http://printer.test/'));
  if (!options.mayWarn) closeWithTest(async () => expect(await printed.warnings(print)).toEqual([]));
  return {
    miniflare,
    async visit(path, init) {
      const response = await miniflare.dispatchFetch(`http://shop.test${path}`, init);
      return response.text();
    },
    async runScheduled() {
      const worker = await miniflare.getWorker('worker');
      return (await worker.scheduled({ cron: '0 * * * *' })).outcome;
    },
    printed: () => printed.byWorkers(print),
    warnings: () => printed.warnings(print),
  };
}

async function describeWorker(workerd: Workerd, options: WorkerOptions & { name: string }): Promise<MiniflareWorker> {
  const { name, fixture, bindings = {}, asyncHooks = workerd.asyncHooks, platform } = options;
  const files = { ...options.modules, 'timberlog.js': '../../dist/workerd.js' };
  const modules = [
    await moduleOf('worker.js', `fixtures/${fixture}.js`),
    ...(await Promise.all(Object.entries(files).map(([path, file]) => moduleOf(path, file)))),
  ];
  const { compatibilityDate, flags } = workerd;
  const compatibilityFlags = [...flags[asyncHooks], ...(platform?.compatibilityFlags ?? [])];
  return { ...platform, name, modules, compatibilityDate, compatibilityFlags, bindings } as MiniflareWorker;
}

const moduleOf = async (name: string, file: string) => ({
  type: 'ESModule' as const,
  path: name,
  contents: await readFile(new URL(file, import.meta.url), 'utf8'),
});
