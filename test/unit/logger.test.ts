// The public logger: what a log call makes, by level and by child.
import { describe, expect, test } from 'vitest';
import { levels } from '../../src/core/levels.js';
import { coreOf } from '../../src/core/logger.js';
import type { Level } from '../../src/core/types.js';
import { createContext } from './contextRig.js';
import { createSeededRandom } from './seededRandom.js';
import { startLogger } from './startLogger.js';

const messages = (lines: any[]): string[] => lines.map(({ message }) => message);

describe('a log call', () => {
  test.each(levels)('at %s makes a line of that level', async (level) => {
    const { logger, sent } = startLogger();
    logger[level]('m');
    await logger.flush();
    expect(sent()).toMatchObject([{ level, message: 'm' }]);
  });

  test('makes a line with id, time, name, context and event', async () => {
    const { logger, shared, sent, timers } = startLogger({ name: 'shop', release: { version: '1.0.0' } });
    shared({ user: { id: 1 }, job: { id: 2 } }, () => logger.info('paid', { amount: 100 }));
    await logger.flush();
    expect(sent()).toEqual([
      {
        id: expect.stringMatching(/^[0-9A-Z]{26}-1$/),
        dt: new Date(timers.now()).toISOString(),
        level: 'info',
        logger: 'shop',
        message: 'paid',
        context: { release: { version: '1.0.0' }, user: { id: 1 }, custom: { job: { id: 2 } } },
        event: { custom: { amount: 100 } },
      },
    ]);
  });

  test('is encoded at once: what changes afterwards changes nothing', async () => {
    const { logger, sent } = startLogger();
    const event = { items: [1] };
    logger.info('m', event);
    event.items.push(2);
    await logger.flush();
    expect(sent()[0].event.custom).toEqual({ items: [1] });
  });

  test('carries the context of the code that logged, whoever flushes', async () => {
    const { logger, shared, sent } = startLogger();
    shared({ job: 1 }, () => logger.info('m'));
    await shared({ job: 2 }, () => logger.flush());
    expect(sent()[0].context.custom).toEqual({ job: 1 });
  });

  test('carries only the context that the logger was given', async () => {
    const own = createContext();
    const { logger, shared, sent } = startLogger({ context: own });
    shared({ job: 1 }, () => own({ own: 2 }, () => logger.info('m')));
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ own: 2 });
  });

  test('gets ids without gaps, whatever is below the level', async () => {
    const { logger, sent } = startLogger({ level: 'info' });
    for (const level of ['info', 'debug', 'warn', 'debug', 'error'] as const) logger[level]('m');
    await logger.flush();
    expect(sent().map(({ id }) => id.split('-')[1])).toEqual(['1', '2', '3']);
  });

  test('gets a time that never runs backwards', async () => {
    const { logger, sent, timers } = startLogger();
    const random = createSeededRandom(9);
    for (let i = 0; i < 50; i++) {
      timers.setClock((random() - 0.5) * 60_000);
      logger.info('m');
    }
    await logger.flush();
    const times = sent().map(({ dt }) => dt);
    expect(times).toEqual([...times].sort());
  });

  test.each<[string, any, any]>([
    ['nothing', undefined, undefined],
    ['a symbol', Symbol('a'), Symbol('b')],
    ['a BigInt', 1n, 2n],
    ['a function', () => {}, () => {}],
    ['a revoked Proxy', revoked(), revoked()],
    ['a revoked Proxy at error', 'm', { error: revoked() }],
    ['a revoked Proxy as cause', new Error('m', { cause: revoked() }), undefined],
    ['a Proxy that throws for everything', throwingProxy(), throwingProxy()],
    ['a Proxy that throws, with an Error at error', 'm', throwingProxy({ error: new Error('no') })],
    ['an object of 100,000 names', 'm', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [i, i]))],
    ['10 MB of text', '支'.repeat(3_500_000), { text: '支'.repeat(3_500_000) }],
  ])('with %s makes a line and throws nothing', async (_, message, event) => {
    const { logger, sent } = startLogger();
    logger.info(message, event);
    await logger.flush();
    expect(sent()).toHaveLength(1);
  });
});

describe('levels', () => {
  test('below the threshold make no line and are not counted', async () => {
    const { logger, sent } = startLogger({ level: 'warn' });
    for (const level of levels) logger[level](level);
    await logger.flush();
    expect([messages(sent()), logger.stats().logged]).toEqual([['warn', 'error', 'fatal'], 3]);
  });

  test('can be asked for', () => {
    const { logger } = startLogger({ level: 'warn' });
    expect(levels.filter(logger.isEnabled)).toEqual(['warn', 'error', 'fatal']);
  });

  test('can be turned off', () => {
    const { logger } = startLogger({ level: 'off' });
    logger.fatal('m');
    expect(logger.stats().logged).toBe(0);
  });

  test('can be changed, for children too', () => {
    const { logger } = startLogger();
    const child = logger.with({});
    logger.setLevel('error');
    expect(levels.filter(child.isEnabled)).toEqual(['error', 'fatal']);
  });

  test.each(['verbose', 'constructor', '__proto__', undefined, null])('do not change to %s, which is told', (level) => {
    const { logger, troubles } = startLogger({ level: 'warn' });
    logger.setLevel(level as Level);
    expect([levels.filter(logger.isEnabled), troubles.map(({ kind }) => kind)]).toEqual([
      ['warn', 'error', 'fatal'],
      ['level'],
    ]);
  });
});

describe('with', () => {
  test('lays fields over the context', async () => {
    const { logger, shared, sent } = startLogger();
    const child = logger.with({ job: { id: 2 } });
    shared({ job: { id: 1, count: 1 } }, () => child.info('m'));
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ job: { id: 2, count: 1 } });
  });

  test('merges over what the parent carries', async () => {
    const { logger, sent } = startLogger();
    logger
      .with({ a: { b: 1, c: 1 } })
      .with({ a: { c: 2 } })
      .info('m');
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ a: { b: 1, c: 2 } });
  });

  test('removes with undefined', async () => {
    const { logger, shared, sent } = startLogger();
    shared({ job: 1, task: 2 }, () => logger.with({ job: undefined }).info('m'));
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ task: 2 });
  });

  test('leaves the parent as it was', async () => {
    const { logger, sent } = startLogger();
    logger.with({ a: 1 });
    logger.info('m');
    await logger.flush();
    expect(sent()[0]).not.toHaveProperty('context');
  });

  test('copies its fields', async () => {
    const { logger, sent } = startLogger();
    const fields = { a: { b: 1 } };
    const child = logger.with(fields);
    fields.a.b = 2;
    child.info('m');
    await logger.flush();
    expect(sent()[0].context.custom).toEqual({ a: { b: 1 } });
  });

  test('shares numbers, counts and buffer with the parent', async () => {
    const { logger, sent } = startLogger();
    const child = logger.with({ a: 1 });
    logger.info('one');
    child.info('two');
    await child.flush();
    expect([messages(sent()), logger.stats().delivered]).toEqual([['one', 'two'], 2]);
  });
});

test('a child belongs to the core of its root', () => {
  const { logger, core } = startLogger();
  expect(coreOf(logger.with({}))).toBe(core);
});

test('what was not made here belongs to no core', () => {
  expect(coreOf({ ...startLogger().logger })).toBeUndefined();
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Its own properties can be read; everything else throws. */
function throwingProxy(target: object = {}): object {
  const throwing = (): never => {
    throw new Error('no');
  };
  return new Proxy(target, { ownKeys: throwing, getPrototypeOf: throwing, has: throwing });
}
