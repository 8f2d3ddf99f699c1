// Applications with Hono, with itty-router and with no router at all: the same lines.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInWorkerds } from './startWorker.js';

const modules: Record<string, string> = {};
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'timberlog-routers-'));
  for (const name of ['hono', 'itty-router']) {
    const outfile = join(folder, `${name}.js`);
    const stdin = { contents: `export * from '${name}';`, resolveDir: import.meta.dirname };
    buildSync({ stdin, outfile, bundle: true, format: 'esm', logLevel: 'error', tsconfigRaw: '{}' });
    modules[`${name}.js`] = pathToFileURL(outfile).href;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const applications = ['hono', 'ittyRouter', 'bare'];

describeInWorkerds('an application', (startWorker) => {
  async function visit(fixture: string, path: string) {
    const collector = await startCollector();
    const bindings = { ENDPOINT: collector.endpoint, CITY: 'Bergen' };
    const worker = await startWorker({ fixture, bindings, modules });
    return { collector, answer: await worker.visit(path, { headers: { 'x-user': 'Ann' } }) };
  }

  test.each(applications)('with %s answers, and all its lines carry request and user', async (fixture) => {
    const { collector, answer } = await visit(fixture, '/orders/7');
    const lines = await collector.waitForLines(3);
    expect(answer).toBe('order 7 in Bergen');
    expect(lines.map(({ message, context }) => [message, context.http.path, context.user])).toEqual([
      ['order found', '/orders/7', { id: 'Ann' }],
      ['GET /orders/7 200', '/orders/7', { id: 'Ann' }],
      ['order counted', '/orders/7', { id: 'Ann' }],
    ]);
    expect(collector.requests).toHaveLength(1);
  });

  test.each(applications)('with %s has a line of what is thrown', async (fixture) => {
    const { collector } = await visit(fixture, '/fails');
    const { level, context, event } = await collector.waitForMessage('no such order');
    expect([level, context.user, event.error.name]).toEqual(['error', { id: 'Ann' }, 'RangeError']);
    expect(collector.lines.filter(({ message }) => message === 'no such order')).toHaveLength(1);
  });
});
