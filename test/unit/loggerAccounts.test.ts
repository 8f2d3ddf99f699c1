// The logger's accounts: every line is counted, and what is dropped is reported.
import { describe, expect, test } from 'vitest';
import { levels } from '../../src/core/levels.js';
import type { Outcome } from '../../src/core/types.js';
import { createSeededRandom } from './seededRandom.js';
import { refused, startLogger } from './startLogger.js';

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

/** `W-3..5` → 3, 4, 5 */
function expandRange(range: string): number[] {
  const [first, last] = range.split('-')[1]!.split('..').map(Number) as [number, number?];
  return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
}
