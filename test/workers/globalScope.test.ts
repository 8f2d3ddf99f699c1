// What is logged at module level, where a Worker has neither time, random numbers nor network.
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('module level', (startWorker) => {
  async function start() {
    const collector = await startCollector();
    const late = await startCollector();
    const bindings = { ENDPOINT: collector.endpoint, LATE_ENDPOINT: late.endpoint };
    const worker = await startWorker({ fixture: 'globalScope', bindings });
    return { collector, late, worker };
  }

  test('lines logged at module level arrive with the first invocation, numbered from 1', async () => {
    const { collector, worker } = await start();
    await worker.visit('/');
    const lines = await collector.waitForLines(3);
    expect(lines.map(({ id, message }) => [id.split('-')[1], message])).toEqual([
      ['1', 'starting'],
      ['2', 'no cache yet'],
      ['3', 'first request'],
    ]);
  });

  test('lines logged at module level have the context of then, and no request in it', async () => {
    const { collector, worker } = await start();
    await worker.visit('/');
    const [starting, noCacheYet] = await collector.waitForLines(3);
    expect([starting?.context, noCacheYet?.context]).toEqual([{ custom: { boot: { step: 1 } } }, undefined]);
  });

  test('lines logged at module level wait for options that wait for an environment, and their level', async () => {
    const { late, worker } = await start();
    await worker.visit('/');
    const lines = await late.waitForLines(2);
    expect(lines.map((line) => line.message)).toEqual(['starting late', 'first late request']);
    expect(lines[0]?.context).toEqual({ custom: { boot: { step: 2 } } });
  });

  test('a flush at module level leaves all lines pending', async () => {
    const { worker } = await start();
    expect(JSON.parse(await worker.visit('/'))).toEqual({ delivered: 0, dropped: 0, pending: 2 });
  });
});
