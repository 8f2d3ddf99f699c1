// A collector that is down for an hour: what a process holds meanwhile, and what it tells afterwards.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLogger } from 'timberlog/workers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startCollector } from '../support/collector.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const bufferBytes = 5_242_880;

/** An hour in which 36 MB of lines are logged, and a flush is tried every ten seconds; timers run as always. */
async function outlastAnHour() {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const gone = await startCollector();
  await gone.close();
  const logger = createLogger({ endpoint: gone.endpoint, buffer: { maxBytes: bufferBytes }, onTrouble() {} });
  const before = heapBytes();
  let most = 0;
  for (let passed = 10; passed <= 3_600; passed += 10) {
    for (let i = 0; i < 100; i++) logger.info('still running', { text: 'x'.repeat(850) });
    await logger.flush({ timeoutMs: 1 });
    vi.setSystemTime(Date.now() + 10_000);
    if (passed % 600 === 0) most = Math.max(most, heapBytes() - before);
  }
  return { logger, most, back: () => startCollector({ port: gone.port }) };
}

test('an hour without a collector holds a bounded buffer, and the next bodies tell what was dropped', async () => {
  const { logger, most, back } = await outlastAnHour();
  const { logged, buffered, dropped } = logger.stats();
  expect(most).toBeLessThan(4 * bufferBytes); // lines cost more than their text, and a body is under way
  expect(logged).toBe(buffered + dropped.buffer_full!);

  const collector = await back();
  await logger.flush();
  const kept = collector.lines.filter((line) => line.message === 'still running').length;
  const reported = collector.lines.reduce((sum, line) => sum + (line.event?.timber_dropped?.total ?? 0), 0);
  expect(kept + reported).toBe(36_000);
  expect(logger.stats().buffered).toBe(0);
});

test('flushes that wait at the same time cost next to nothing each', async () => {
  const gone = await startCollector();
  await gone.close();
  const logger = createLogger({ endpoint: gone.endpoint, onTrouble() {} });
  for (let i = 0; i < 20_000; i++) logger.info('still running');
  const before = heapBytes();
  const flushes = Array.from({ length: 200 }, () => logger.flush({ timeoutMs: 300 }));
  const during = heapBytes() - before;
  expect(during / flushes.length).toBeLessThan(100_000);
  expect((await Promise.all(flushes)).every(({ pending }) => pending === 20_000)).toBe(true);
});
