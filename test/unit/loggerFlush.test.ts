// The logger's flush and close: what they tell, and for how long they wait.
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/core/types.js';
import { createUnstartedLogger, refused, startLogger } from './startLogger.js';

const never = new Promise<Outcome>(() => {});

describe('flush', () => {
  test('tells what was delivered', async () => {
    const { logger } = startLogger();
    for (let i = 0; i < 3; i++) logger.info('m');
    expect(await logger.flush()).toEqual({ delivered: 3, dropped: 0, pending: 0 });
  });

  test('of nothing tells of nothing', async () => {
    expect(await startLogger().logger.flush()).toEqual({ delivered: 0, dropped: 0, pending: 0 });
  });

  test('tells what was refused as dropped', async () => {
    const { logger } = startLogger({ answer: (body) => (body.includes('bad') ? refused : undefined) });
    logger.info('accepted');
    await logger.flush();
    logger.info('good');
    logger.info('bad');
    expect(await logger.flush()).toEqual({ delivered: 1, dropped: 1, pending: 0 });
  });

  test('tells what was too old as dropped, at once', async () => {
    const { logger, timers } = startLogger({ buffer: { maxAgeMs: 60_000 } });
    logger.info('m');
    await timers.advance(60_001);
    expect(await logger.flush()).toEqual({ delivered: 0, dropped: 1, pending: 0 });
  });

  test('counts lines logged before it only', async () => {
    const { logger } = startLogger();
    logger.info('before');
    const flushed = logger.flush();
    logger.info('after');
    expect(await flushed).toEqual({ delivered: 1, dropped: 0, pending: 0 });
  });

  test.each([
    ['timeoutMs', { timeoutMs: 2_000 }, 2_000],
    ['ten seconds by default', undefined, 10_000],
    ['ten seconds where timeoutMs makes no sense', { timeoutMs: Number.NaN }, 10_000],
    ['ten seconds where timeoutMs is negative', { timeoutMs: -1 }, 10_000],
    ['ten seconds where timeoutMs is no number', { timeoutMs: '5' as never }, 10_000],
    ['as long as a timer can where timeoutMs is Infinity', { timeoutMs: Number.POSITIVE_INFINITY }, 2 ** 31 - 1],
  ])('waits for %s', async (_, options, ms) => {
    const { logger, timers } = startLogger({ answer: () => never });
    logger.info('m');
    let result: unknown;
    void logger.flush(options).then((flushed) => (result = flushed));
    await timers.advance(ms - 1);
    const before = result;
    await timers.advance(1);
    expect([before, result]).toEqual([undefined, { delivered: 0, dropped: 0, pending: 1 }]);
  });

  test('that ran out of time leaves its lines buffered', async () => {
    const { logger, timers } = startLogger({ answer: () => never });
    logger.info('m');
    const flushed = logger.flush();
    await timers.advance(10_000);
    await flushed;
    expect(logger.stats()).toMatchObject({ buffered: 1, dropped: {} });
  });

  test('of a collector that is down leaves its lines buffered, and rejects nothing', async () => {
    const { logger, timers } = startLogger({ answer: () => Promise.reject(new Error('offline')) });
    logger.info('m');
    const flushed = logger.flush();
    await timers.advance(10_000);
    expect(await flushed).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  });

  test('before there are options tells all as pending', async () => {
    const { logger } = createUnstartedLogger();
    logger.info('m');
    expect(await logger.flush()).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  });
});

describe('close', () => {
  test('flushes', async () => {
    const { logger } = startLogger();
    logger.info('m');
    expect(await logger.close()).toEqual({ delivered: 1, dropped: 0, pending: 0 });
  });

  test('makes lines that are logged later count as dropped', async () => {
    const { logger } = startLogger();
    await logger.close();
    logger.info('late');
    expect(logger.stats()).toMatchObject({ logged: 1, buffered: 0, dropped: { closed: 1 } });
  });

  test('holds for children, and from the call on', () => {
    const { logger } = startLogger();
    const child = logger.with({ a: 1 });
    void logger.close();
    expect(child.isEnabled('fatal')).toBe(false);
  });

  test('may be called twice', async () => {
    const { logger } = startLogger();
    logger.info('m');
    await logger.close();
    expect(await logger.close()).toEqual({ delivered: 0, dropped: 0, pending: 0 });
  });

  test('ends telling of the context’s troubles', async () => {
    const { logger, shared, troubles } = startLogger();
    const other = startLogger({ context: shared });
    await logger.close();
    shared.set('no fields' as never);
    expect([troubles.length, other.troubles.length]).toEqual([0, 1]);
  });
});
