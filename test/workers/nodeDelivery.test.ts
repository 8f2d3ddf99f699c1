// The Workers build in Node: nothing is sent by itself, a flush sends.
import { createLogger } from 'timberlog/workers';
import { expect, test } from 'vitest';
import { type Answer, startCollector } from '../support/collector.js';
import { createGate } from '../support/gate.js';

async function start(...answers: Answer[]) {
  const collector = await startCollector();
  collector.answer(...answers);
  const troubles: string[] = [];
  const onTrouble = ({ kind }: { kind: string }) => void troubles.push(kind);
  return { collector, troubles, logger: createLogger({ endpoint: collector.endpoint, onTrouble }) };
}

test('a flush says how many lines were delivered, and they have arrived then', async () => {
  const { collector, logger } = await start();
  logger.info('one');
  logger.warn('two');
  expect(await logger.flush()).toEqual({ delivered: 2, dropped: 0, pending: 0 });
  expect(collector.lines.map((line) => line.message)).toEqual(['one', 'two']);
});

test('a flush with nothing to send makes no request', async () => {
  const { collector, logger } = await start();
  expect(await logger.flush()).toEqual({ delivered: 0, dropped: 0, pending: 0 });
  expect(collector.requests).toEqual([]);
});

test('a flush tries again after a 503, with the same bytes', async () => {
  const { collector, logger } = await start({ status: 503 });
  logger.info('one');
  expect(await logger.flush()).toEqual({ delivered: 1, dropped: 0, pending: 0 });
  expect(collector.requests[1]?.text).toBe(collector.requests[0]?.text);
});

test('a flush gives up after timeoutMs, and the lines leave with a later one', async () => {
  const { collector, logger } = await start();
  collector.answerAlways({ status: 503 });
  logger.info('one');
  expect(await logger.flush({ timeoutMs: 200 })).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  collector.answerAlways({});
  expect(await logger.flush()).toEqual({ delivered: 1, dropped: 0, pending: 0 });
});

test('a flush does not ask again before the collector wants it', async () => {
  const { collector, logger } = await start({ status: 503, headers: { 'retry-after': '60' } });
  logger.info('one');
  expect(await logger.flush()).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  expect(await logger.flush()).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  expect(collector.requests).toHaveLength(1);
});

test('a flush does not reject when there is no collector', async () => {
  const { collector, logger } = await start();
  await collector.close();
  logger.info('one');
  expect(await logger.flush({ timeoutMs: 200 })).toEqual({ delivered: 0, dropped: 0, pending: 1 });
});

test('a flush does not reject when the transport throws', async () => {
  const send = () => {
    throw new Error('no network here');
  };
  const logger = createLogger({ endpoint: 'http://127.0.0.1/', transport: { send } });
  logger.info('one');
  expect(await logger.flush({ timeoutMs: 50 })).toEqual({ delivered: 0, dropped: 0, pending: 1 });
});

test('a flush does not wait longer than timeoutMs for a collector that hangs', async () => {
  const { logger } = await start({ hang: true });
  logger.info('one');
  expect(await logger.flush({ timeoutMs: 50 })).toEqual({ delivered: 0, dropped: 0, pending: 1 });
});

test('a flush waits for lines that another flush has under way', async () => {
  const gate = createGate();
  const { collector, logger } = await start({ until: gate.opened });
  logger.info('one');
  const first = logger.flush();
  await collector.waitForRequests(1);
  const second = logger.flush();
  gate.open();
  expect(await second).toEqual({ delivered: 1, dropped: 0, pending: 0 });
  expect(await first).toEqual({ delivered: 1, dropped: 0, pending: 0 });
});

test('more lines than one body holds leave in several, each line once', async () => {
  const { collector, logger } = await start();
  for (let i = 0; i < 100; i++) logger.info(`line ${i}`, { text: 'x'.repeat(8_000) });
  expect(await logger.flush()).toEqual({ delivered: 100, dropped: 0, pending: 0 });
  expect(collector.requests.map(({ lines }) => lines.length)).toEqual([64, 36]);
});

test('a refused line is dropped, counted, and reported by the same flush', async () => {
  const { collector, logger, troubles } = await start({}, { status: 400 });
  logger.info('good');
  await logger.flush();
  logger.error('bad');
  expect(await logger.flush()).toEqual({ delivered: 0, dropped: 1, pending: 0 });
  const report = await collector.waitForMessage('timberlog dropped 1 line');
  expect(report.event.timber_dropped).toMatchObject({ total: 1, by_reason: { refused: { error: 1 } } });
  expect(troubles).toEqual(['refused']);
});

test.each(['flush', 'close'] as const)('a %s with nothing to send but a report of drops sends that', async (end) => {
  const { collector, logger } = await start();
  await logger.close();
  logger.warn('too late');
  expect(await logger[end]()).toEqual({ delivered: 0, dropped: 0, pending: 0 });
  expect(collector.lines.map((line) => line.event.timber_dropped.by_reason)).toEqual([{ closed: { warn: 1 } }]);
});

test('close delivers what was logged, and drops and counts what is logged later', async () => {
  const { collector, logger } = await start();
  logger.info('before');
  const closed = logger.close();
  logger.info('after');
  expect(await closed).toEqual({ delivered: 1, dropped: 0, pending: 0 });
  expect(collector.lines.map((line) => line.message)).toEqual(['before', 'timberlog dropped 1 line']);
  expect(logger.stats()).toMatchObject({ logged: 3, delivered: 2, buffered: 0, dropped: { closed: 1 } });
});

test('close ends at once when the collector wants to be asked much later', async () => {
  const { logger } = await start({ status: 503, headers: { 'retry-after': '3600' } });
  logger.info('one');
  expect(await logger.close()).toEqual({ delivered: 0, dropped: 0, pending: 1 });
});
