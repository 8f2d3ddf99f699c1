// The Workers build in Node: a context over everything that AsyncLocalStorage follows.
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as afterMs } from 'node:timers/promises';
import { context, createContext, createLogger, withTimber } from 'timberlog/workers';
import { expect, test } from 'vitest';
import { type Collector, startCollector } from '../support/collector.js';

async function start() {
  const collector = await startCollector();
  return { collector, logger: createLogger({ endpoint: collector.endpoint }) };
}

type Wait = (log: () => void, collector: Collector) => unknown;

const waits: [string, Wait][] = [
  [
    'an await',
    async (log) => {
      await null;
      log();
    },
  ],
  [
    'fetch',
    async (log, { url }) => {
      await (await fetch(url)).text();
      log();
    },
  ],
  ['a promise', (log) => afterMs(1).then(log)],
  ['a timer', (log) => setTimeout(log, 1)],
  ['setImmediate', (log) => setImmediate(log)],
  ['process.nextTick', (log) => process.nextTick(log)],
  ['queueMicrotask', (log) => queueMicrotask(log)],
  ['the events of an HTTP answer', (log, { url }) => get(url, (answer) => answer.resume().on('end', log))],
  ['a file that is read', (log) => readFile(new URL(import.meta.url), log)],
  ['an event that is emitted inside', (log) => new EventEmitter().on('done', log).emit('done')],
];

test.each(waits)('keeps a context over %s', async (_, wait) => {
  const { collector, logger } = await start();
  await new Promise<void>((resolve) => {
    const log = () => resolve(logger.info('later'));
    context({ job: { id: 123 } }, () => wait(log, collector));
  });
  await logger.flush();
  expect(collector.lines.map((line) => line.context?.custom)).toEqual([{ job: { id: 123 } }]);
});

test('an event that is emitted outside has the context of its emitter; a bound listener keeps its own', async () => {
  const { collector, logger } = await start();
  const emitter = new EventEmitter();
  context({ job: { id: 123 } }, () => {
    emitter.on('done', () => logger.info('plain'));
    emitter.on('done', context.bind(() => logger.info('bound')) as () => void);
  });
  emitter.emit('done');
  await logger.flush();
  const found = collector.lines.map(({ message, context }) => [message, context?.custom]);
  expect(found).toEqual([
    ['plain', undefined],
    ['bound', { job: { id: 123 } }],
  ]);
});

test('jobs that run at once keep their own contexts', async () => {
  const { collector, logger } = await start();
  const job = async (id: number) => {
    for (const step of [1, 2, 3]) {
      await afterMs(Math.random() * 3);
      logger.info(`${id}.${step}`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, id) => context({ job: { id } }, () => job(id))));
  await logger.flush();
  const foreign = collector.lines.filter(
    ({ message, context }) => context.custom.job.id !== Number.parseInt(message, 10),
  );
  expect([collector.lines.length, foreign]).toEqual([60, []]);
});

test('a context ends with its function, also when that rejects', async () => {
  const { collector, logger } = await start();
  await context({ job: { id: 123 } }, async () => {
    await afterMs(1);
    throw new Error('failed');
  }).catch(() => logger.info('after'));
  await logger.flush();
  expect(collector.lines.map((line) => line.context)).toEqual([undefined]);
});

test('what is set in a process lies under all its scopes', async () => {
  const own = createContext();
  const collector = await startCollector();
  const logger = createLogger({ endpoint: collector.endpoint, context: own });
  own({ job: { id: 123 } }, () => own.set({ build: { number: 7 } }));
  logger.info('later');
  await logger.flush();
  expect(collector.lines[0]?.context.custom).toEqual({ build: { number: 7 } });
});

test('a fetch of withTimber that is called without ctx answers, and its lines are sent', async () => {
  const { collector, logger } = await start();
  const app = withTimber(logger, {
    async fetch(_request: Request, _env?: unknown, _ctx?: unknown) {
      logger.info('cart shown');
      return new Response('ok');
    },
  });
  const response = await app.fetch(new Request('http://shop.test/cart'));
  expect(await response.text()).toBe('ok');
  expect((await collector.waitForMessage('cart shown')).context.http.path).toBe('/cart');
});
