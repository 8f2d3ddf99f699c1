// src/core/logger.ts, the early part: what is logged before the options are known, or where nothing may be numbered.
import { describe, expect, test } from 'vitest';
import { createContext } from './contextRig.js';
import { createUnstartedLogger, startLogger } from './startLogger.js';

describe('what is logged before the options are known', () => {
  test('is sent once they are', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    logger.info('early');
    start();
    logger.info('late');
    await logger.flush();
    expect(sent().map(({ message }) => message)).toEqual(['early', 'late']);
  });

  test('is numbered then, without gaps', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    for (let i = 0; i < 3; i++) logger.info('early');
    start();
    await logger.flush();
    expect(sent().map(({ id }) => id.split('-')[1])).toEqual(['1', '2', '3']);
  });

  test('is encoded at the call', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    const event = { a: 1 };
    logger.info('early', event);
    event.a = 2;
    start();
    await logger.flush();
    expect(sent()[0].event.custom).toEqual({ a: 1 });
  });

  test('carries the context of the code that logged it', async () => {
    const { logger, shared, start, sent } = createUnstartedLogger();
    shared({ job: 1 }, () => logger.info('early'));
    shared({ job: 2 }, () => start());
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ job: 1 });
  });

  test('carries nothing of the shared context where the options name another', async () => {
    const { logger, shared, start, sent } = createUnstartedLogger();
    shared({ user: { id: 1 } }, () => logger.info('early'));
    start({ context: createContext() });
    await logger.flush();
    expect(sent()[0]).not.toHaveProperty('context');
  });

  test('carries release and name of the options', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    logger.info('early');
    start({ name: 'shop', release: { version: '1' } });
    await logger.flush();
    expect(sent()[0]).toMatchObject({ logger: 'shop', context: { release: { version: '1' } } });
  });

  test('carries what with gave', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    logger.with({ a: 1 }).info('early');
    start();
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ a: 1 });
  });

  test('is held to the level of the options, and not counted below it', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    logger.debug('early');
    logger.warn('early');
    start({ level: 'warn' });
    await logger.flush();
    expect([sent().map(({ level }) => level), logger.stats().logged]).toEqual([['warn'], 1]);
  });

  test('is buffered, and counted so', () => {
    const { logger } = createUnstartedLogger();
    logger.info('early');
    expect(logger.stats()).toMatchObject({ logged: 1, buffered: 1 });
  });

  test('is kept up to 1,000 lines: the oldest are dropped, counted and reported', async () => {
    const { logger, start, sent } = createUnstartedLogger();
    for (let i = 0; i < 1_005; i++) logger.info(String(i));
    start();
    await logger.flush();
    expect([sent()[0].event.timber_dropped, sent()[1].message]).toEqual([
      { total: 5, by_reason: { buffer_full: { info: 5 } }, ids: [] },
      '5',
    ]);
  });

  test('is dropped and counted where the options turn out wrong', () => {
    const { logger, core } = createUnstartedLogger();
    logger.info('early');
    core.turnOff();
    logger.info('late');
    expect(logger.stats()).toMatchObject({ logged: 2, buffered: 0, dropped: { off: 2 } });
  });
});

test('a level set before the options are known wins over theirs', () => {
  const { logger, start } = createUnstartedLogger();
  logger.setLevel('error');
  start({ level: 'debug' });
  expect(logger.isEnabled('warn')).toBe(false);
});

test('a logger that is off is enabled for nothing', () => {
  const { logger, core } = createUnstartedLogger();
  core.turnOff();
  expect(logger.isEnabled('fatal')).toBe(false);
});

describe('where the platform lets nothing be numbered', () => {
  test('lines wait for their number, and get it later, in order', async () => {
    const { logger, platform, sent } = startLogger();
    platform.forbids = true;
    logger.info('one');
    logger.info('two');
    platform.forbids = false;
    logger.info('three');
    await logger.flush();
    expect(sent().map(({ id, message }) => [id.split('-')[1], message])).toEqual([
      ['1', 'one'],
      ['2', 'two'],
      ['3', 'three'],
    ]);
  });

  test('lines are pending for a flush', async () => {
    const { logger, platform } = startLogger();
    platform.forbids = true;
    logger.info('one');
    expect(await logger.flush()).toEqual({ delivered: 0, dropped: 0, pending: 1 });
  });

  test('lines count as buffered', () => {
    const { logger, platform } = startLogger();
    platform.forbids = true;
    for (let i = 0; i < 3; i++) logger.info('m');
    expect(logger.stats()).toMatchObject({ logged: 3, buffered: 3 });
  });

  test('lines carry the context of the code that logged them', async () => {
    const { logger, shared, platform, sent } = startLogger();
    platform.forbids = true;
    shared({ job: 1 }, () => logger.info('one'));
    platform.forbids = false;
    await shared({ job: 2 }, () => logger.flush());
    expect(sent()[0].context.custom).toEqual({ job: 1 });
  });
});
