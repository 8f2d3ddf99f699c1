// What a response's stream logs while the handler has long returned: its own context, and no other invocation's flush.
import { get } from 'node:http';
import { expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

const kinds = [
  ...['pull', 'pull-without-queue', 'pull-of-a-class', 'pull-of-a-frozen-source', 'own-class', 'bytes'],
  ...['generator', 'plain-generator', 'server-sent-events', 'through', 'teed'],
];

describeInWorkerds('a streaming answer', (startWorker, workerd) => {
  async function start(fixture: string) {
    const collector = await startCollector();
    const worker = await startWorker({ fixture, bindings: { ENDPOINT: collector.endpoint } });
    return { collector, worker };
  }

  test.each(kinds)('of the kind %s is told by this invocation, in the context of its request', async (kind) => {
    const { collector, worker } = await start('streams');
    await worker.visit(`/${kind}`);
    await collector.waitForMessage('end');
    const wrong = collector.lines.filter(
      ({ context }) => context?.http?.path !== `/${kind}` || context.custom.stream.of !== `/${kind}`,
    );
    expect(wrong).toEqual([]);
    expect(collector.lines.map(({ message }) => message)).toEqual(expectedOf(kind));
  });

  test.each(['pull', 'generator', 'transform'])('of the kind %s whose client goes is told to its end', async (kind) => {
    const { collector, worker } = await start('cutStreams');
    await readFirst(new URL(`/${kind}`, await worker.miniflare.ready));
    const gone = await collector.waitForMessage('client gone');
    expect(gone.context.http.path).toBe(`/${kind}`);
    expect(collector.lines[0]?.message).toBe('chunk');
  });

  test('of a generator that is itself the body has its lines sent, on newer workerd in no context', async () => {
    const { collector, worker } = await start('streams');
    await worker.visit('/generator-as-body');
    await collector.waitForMessage('end');
    const paths = new Set(collector.lines.map(({ context }) => context?.http.path));
    expect([...paths]).toEqual([workerd.version < '2026-06' ? '/generator-as-body' : undefined]);
  });

  test('is made by what looks and works like the platform’s own ReadableStream', async () => {
    const { worker } = await start('streams');
    expect(JSON.parse(await worker.visit('/looks'))).toEqual([
      [true, true, true],
      [true, true, 'ReadableStream'],
      ['TypeError', 'TypeError', 'TypeError'],
    ]);
  });

  test('that logs for long makes ever fewer sub-requests', async () => {
    const { collector, worker } = await start('streams');
    await worker.visit('/long');
    await collector.waitForMessage('end');
    expect(collector.lines).toHaveLength(101);
    expect(collector.requests.length).toBeLessThan(10);
  });
});

const expectedOf = (kind: string) =>
  kind === 'through' ? expect.arrayContaining(['chunk 1', 'end']) : ['chunk 1', 'chunk 2', 'chunk 3', 'end'];

/** Requests url, and goes after the first bytes of the answer. */
async function readFirst(url: URL): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = get(url, (response) => {
      response.once('data', () => {
        request.destroy();
        resolve();
      });
    }).on('error', reject);
  });
}
