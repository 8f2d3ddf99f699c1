// `using` blocks in a Worker: until where their fields are carried.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('using blocks', (startWorker) => {
  async function visit(...paths: string[]) {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'usingBlocks', bindings: { ENDPOINT: collector.endpoint } });
    for (const path of paths) await worker.visit(path);
    return { collector, worker };
  }

  test('a using block carries its fields to its end, nested ones theirs', async () => {
    const { collector } = await visit('/nested');
    const lines = await collector.waitForLines(6);
    expect(lines.map(({ message, context }) => [message, context.custom])).toEqual([
      ['outer block', { job: { id: 123, count: 1 } }],
      ['inner block', { job: { id: 123, count: 2 } }],
      ['scope in a block', { job: { id: 123, count: 1 }, step: 'callback' }],
      ['outer block again', { job: { id: 123, count: 1 } }],
      ['after the blocks', undefined],
      ['end of the request', undefined],
    ]);
  });

  test('using blocks that end within their turn make the Worker print nothing', async () => {
    const { worker } = await visit('/nested');
    expect(await worker.printed()).toBe('');
  });

  test('a scope that starts in a using block keeps its fields across awaits', async () => {
    const { collector } = await visit('/calls');
    const line = await collector.waitForMessage('later, from a scope in the block');
    expect(line.context.custom).toEqual({ job: { id: 7 }, step: 'async' });
  });

  test('a using block held across an await ends with its turn: later lines are without its fields', async () => {
    const { collector } = await visit('/held', '/other');
    const lines = await collector.waitForLines(3);
    expect(lines.map(({ message, context }) => [message, context.http.path, context.user])).toEqual([
      ['after the await', '/held', undefined],
      ['end of the request', '/held', undefined],
      ['end of the request', '/other', undefined],
    ]);
  });

  test('a using block held across an await is told once, with what to use in its place', async () => {
    const { worker } = await visit('/held', '/held');
    const printed = await worker.printed();
    expect(printed.split('\n')).toEqual([
      expect.stringMatching(/^timberlog: A `using _ = .* the callback form is for/),
    ]);
  });
});
