// Exceptions of handlers: they are logged, and go on unchanged.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('exceptions', (startWorker) => {
  async function start() {
    const collector = await startCollector();
    const worker = await startWorker({ fixture: 'exceptions', bindings: { ENDPOINT: collector.endpoint } });
    return { collector, worker };
  }

  test('an exception is a line with its stack, its cause and the context of its invocation', async () => {
    const { collector, worker } = await start();
    await worker.visit('/error');
    const { level, context, event } = await collector.waitForMessage('no such order');
    expect([level, context.user, context.http.path]).toEqual(['error', { id: '42' }, '/error']);
    expect(event.error).toMatchObject({ name: 'RangeError', cause: { message: 'row 7 is missing' } });
    expect(event.error.backtrace[0]).toEqual({
      file: expect.stringMatching(/worker\.js$/),
      line: expect.any(Number),
      column: expect.any(Number),
    });
  });

  test.each(['/error', '/text', '/nothing', '/frozen'])('what is thrown at %s is rethrown unchanged', async (path) => {
    const { worker } = await start();
    expect(await worker.visit(path)).toBe('the same');
  });

  test('what nobody catches reaches the platform', async () => {
    const { collector, worker } = await start();
    expect(await worker.visit('/unseen')).toContain('Error: nobody looks');
    expect((await collector.waitForMessage('nobody looks')).level).toBe('error');
  });

  test('a thrown text is the message of a line', async () => {
    const { collector, worker } = await start();
    await worker.visit('/text');
    expect((await collector.waitForMessage('just text')).level).toBe('error');
  });
});
