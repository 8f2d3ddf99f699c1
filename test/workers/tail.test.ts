// Lines that go to a Tail Worker, with no request of their own Worker's, and from there to the collector.
import { build } from 'esbuild';
import { Response } from 'miniflare';
import { expect, test } from 'vitest';
import { type Answer, startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

describeInWorkerds('a Tail Worker', (startWorker) => {
  async function start({ answers = [] as Answer[], asyncHooks = 'nodejs_compat' as const } = {}) {
    const collector = await startCollector();
    collector.answer(...answers);
    const requests: string[] = [];
    const outboundService = ({ url }: { url: string }) => {
      requests.push(url);
      return new Response();
    };
    const worker = await startWorker({
      fixture: 'tailProducer',
      asyncHooks,
      platform: { tails: ['forwarder'], outboundService },
      neighbours: [{ name: 'forwarder', fixture: 'tailForwarder', bindings: { ENDPOINT: collector.endpoint } }],
    });
    return { collector, worker, requests };
  }

  test('forwards every line of 50 requests at once, each with its own context', async () => {
    const { collector, worker } = await start();
    const ids = Array.from({ length: 50 }, (_, i) => String(i));
    await Promise.all(ids.map((id) => worker.visit(`/order?id=${id}`)));
    const lines = await collector.waitForLines(150);
    const seen = lines.map(({ message, context }) => `${message} ${context.custom.order.id} ${context.http.path}`);
    const steps = ['taken', 'packed – für €3', 'sent'];
    expect(seen.sort()).toEqual(ids.flatMap((id) => steps.map((step) => `${id}: ${step} ${id} /order`)).sort());
    expect(collector.requests[0]?.key).toBe('write-only');
  });

  test('costs the Worker that logs no request', async () => {
    const { collector, worker, requests } = await start();
    await worker.visit('/order?id=7');
    await collector.waitForMessage('7: sent');
    expect(requests).toEqual([]);
  });

  test('gets what is more than an invocation may publish from later ones', async () => {
    const { collector, worker } = await start();
    await worker.visit('/large');
    while (collector.lines.length < 200) await worker.visit('/stats');
    expect(collector.lines.map((line) => line.message)).toEqual(collector.lines.map((_, i) => `large ${i + 1}`));
    expect(JSON.parse(await worker.visit('/stats'))).toMatchObject({ logged: 200, delivered: 200 });
    expect(await worker.printed()).toBe('');
  });

  test('sends again what the collector answered with 503, as the same bytes', async () => {
    const { collector, worker } = await start({ answers: [{ status: 503 }] });
    await worker.visit('/order?id=7');
    await collector.waitForMessage('7: sent');
    expect(collector.requests.map(({ text }) => text)).toEqual([collector.bodies[0], collector.bodies[0]]);
  });

  test('leaves out what is no line, and says so', async () => {
    const { collector, worker } = await start();
    await worker.visit('/foreign');
    await worker.visit('/order?id=7');
    await collector.waitForMessage('7: sent');
    expect(collector.lines).toHaveLength(3);
    expect(await worker.printed()).toMatch(/^timberlog: Something on the channel timberlog is no line[^\n]*$/);
  });

  test('says that lines are missing where an invocation published too much', async () => {
    const { collector, worker } = await start();
    await worker.visit('/too-much');
    await worker.visit('/order?id=7');
    await collector.waitForMessage('7: sent');
    expect(await worker.printed()).toMatch(/^timberlog: An invocation published and printed more than 256 KiB[^\n]*$/);
  });
});

describeInWorkerds('tail() without nodejs_compat', (startWorker) => {
  test('keeps the lines, and says which flag it wants', async () => {
    const worker = await startWorker({ fixture: 'tailProducer', asyncHooks: 'nodejs_als' });
    await worker.visit('/order?id=7');
    while (!(await worker.printed())) await worker.visit('/stats');
    expect(await worker.printed()).toMatch(/^Lines cannot be delivered to its transport: .* flag nodejs_compat/);
    expect(JSON.parse(await worker.visit('/stats'))).toMatchObject({ logged: 3, buffered: 3 });
  });
});

test('a Worker that imports neither tail nor tailToCollector has nothing of them', async () => {
  const contents =
    "import { context, createLogger, withTimber } from 'timberlog/workers'; console.log(context, createLogger, withTimber);";
  const bundled = async (extra = '') => {
    const { outputFiles } = await build({
      stdin: { contents: contents + extra, resolveDir: import.meta.dirname },
      ...{ bundle: true, write: false, format: 'esm', external: ['node:*'] },
    });
    return outputFiles[0]!.text;
  };
  const mark = /diagnosticsChannelEvents|diagnostics_channel/;
  expect(
    await bundled("import { tail, tailToCollector } from 'timberlog/workers'; console.log(tail, tailToCollector);"),
  ).toMatch(mark);
  expect(await bundled()).not.toMatch(mark);
});
