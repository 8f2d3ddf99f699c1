// The public logger: what a log call makes, and what becomes of it.
import { describe, expect, test } from 'vitest';
import { levels } from '../../src/core/levels.js';
import { coreOf } from '../../src/core/logger.js';
import type { Level, Outcome } from '../../src/core/types.js';
import { createSeededRandom } from './seededRandom.js';
import { createContext, createUnstartedLogger, startLogger } from './startLogger.js';

const refused: Outcome = { kind: 'refused', why: 'status 400' };
const never = new Promise<Outcome>(() => {});

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

describe('what is dropped', () => {
  const fill = (logger: { info(message: string): void }, count: number): void => {
    for (let i = 0; i < count; i++) logger.info('x'.repeat(6_000));
  };

  test('is reported by a line of level warn, with counts and ids', async () => {
    const { logger, sent } = startLogger({ buffer: { maxBytes: 65_536 } });
    fill(logger, 12);
    await logger.flush();
    expect(sent().find(({ event }) => event?.timber_dropped)).toMatchObject({
      level: 'warn',
      message: 'timberlog dropped 2 lines',
      event: {
        timber_dropped: { total: 2, by_reason: { buffer_full: { info: 2 } }, ids: [expect.stringMatching(/-1\.\.2$/)] },
      },
    });
  });

  test('is reported in the next body, however many bodies wait', async () => {
    const { logger, bodies } = startLogger({ buffer: { maxBytes: 65_536 }, flush: { maxBodyBytes: 7_000 } });
    fill(logger, 12);
    await logger.flush();
    expect(bodies[0]).toContain('"timber_dropped"');
  });

  test('is reported once', async () => {
    const { logger, sent } = startLogger({ buffer: { maxBytes: 65_536 } });
    fill(logger, 12);
    await logger.flush();
    logger.info('later');
    await logger.flush();
    expect(sent().filter(({ event }) => event?.timber_dropped)).toHaveLength(1);
  });

  test('is reported by a line of nobody: it carries the context of no scope', async () => {
    const { logger, shared, sent } = startLogger({ buffer: { maxBytes: 65_536 } });
    fill(logger, 12);
    await shared({ user: { id: 1 } }, () => logger.flush());
    expect(sent().find(({ event }) => event?.timber_dropped)).not.toHaveProperty('context');
  });

  test('is reported with what was too old', async () => {
    const { logger, sent, timers } = startLogger({ buffer: { maxAgeMs: 60_000 } });
    logger.info('old');
    await timers.advance(60_001);
    await logger.flush();
    logger.info('young');
    await logger.flush();
    expect(
      sent()
        .map(({ message }) => message)
        .sort(),
    ).toEqual(['timberlog dropped 1 line', 'young']);
  });

  test('leaves no id unaccounted for: each was sent or stands in a report', async () => {
    const { logger, sent } = startLogger({ buffer: { maxBytes: 65_536 } });
    const random = createSeededRandom(10);
    for (let i = 0; i < 100; i++) logger[levels[Math.floor(random() * 5)]!]('x'.repeat(random() * 8_000));
    await logger.flush();
    const reported = sent()
      .flatMap(({ event }) => event?.timber_dropped?.ids ?? [])
      .flatMap(expandRange);
    const known = [...sent().map(({ id }) => Number(id.split('-')[1])), ...reported].sort((a, b) => a - b);
    expect(known).toEqual(known.map((_, i) => i + 1));
  });

  test('a report that the collector refuses is not reported in its turn, without end', async () => {
    const { logger, bodies, sendAll } = startLogger({
      buffer: { maxBytes: 65_536 },
      answer: (body) => (body.includes('timber_dropped') ? refused : undefined),
    });
    logger.info('accepted');
    await logger.flush();
    fill(logger, 12);
    await sendAll();
    expect(bodies.length).toBeLessThan(15);
  });
});

describe('stats', () => {
  test('add up at every step, and what is buffered is what waits', async () => {
    const random = createSeededRandom(11);
    const outcomes: Outcome[] = [
      { kind: 'delivered' },
      refused,
      { kind: 'retry', why: 'w' },
      { kind: 'tooLarge', why: 'w' },
    ];
    const { logger, buffer, delivery, timers, core } = startLogger({
      buffer: { maxBytes: 65_536, maxAgeMs: 30_000 },
      answer: () => outcomes[Math.floor(random() * outcomes.length)],
    });
    const acts = [
      () => logger.info('x'.repeat(random() * 8_000)),
      () => logger.error('x'.repeat(random() * 8_000)),
      () => timers.advance(random() * 10_000),
      () => void delivery.sendNext(),
      () => delivery.recall(),
      () => delivery.sendNext(),
      () => core.catchUp(),
    ];
    const wrong: unknown[] = [];
    for (let i = 0; i < 1_000; i++) {
      await acts[Math.floor(random() * acts.length)]!();
      const { logged, delivered, buffered, dropped } = logger.stats();
      const sum = delivered + buffered + Object.values(dropped).reduce((total, count) => total + count, 0);
      if (sum !== logged || buffered !== buffer.pending().length) wrong.push({ i, ...logger.stats() });
    }
    expect(wrong).toEqual([]);
  });

  test('count what was sent', async () => {
    const { logger, bodies } = startLogger();
    logger.info('m');
    await logger.flush();
    expect(logger.stats()).toEqual({
      logged: 1,
      buffered: 0,
      saved: 0,
      delivered: 1,
      retried: 0,
      bytes: bodies[0]!.length,
      dropped: {},
    });
  });
});

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

/** `W-3..5` → 3, 4, 5 */
function expandRange(range: string): number[] {
  const [first, last] = range.split('-')[1]!.split('..').map(Number) as [number, number?];
  return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
}
