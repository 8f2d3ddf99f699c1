// Starting, ending and deploying the demo.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { closeWithTest } from '../support/closeWithTest.js';
import { listenOnLoopback } from '../support/loopback.js';
import { lineText } from './lineText.js';
import { createStateFolder, root, runDemo, startDemo } from './startDemo.js';

test('says in one sentence that the port is taken and how to choose another, and exits with 1', async () => {
  const server = await listenOnLoopback(async () => {});
  closeWithTest(server.close);
  const { code, output } = await runDemo({ PORT: String(server.port) }).ended;
  expect(code).toBe(1);
  expect(output.trim()).toBe(`Port ${server.port} is taken; choose another one: PORT=${server.port + 1} npm run demo`);
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

test.runIf(hasIpv6)(
  'says so too when the port is taken on ::1 alone, where localhost is looked for first',
  async () => {
    const server = createServer().listen(0, '::1');
    await once(server, 'listening');
    closeWithTest(async () => server.close());
    const { port } = server.address() as AddressInfo;
    const { code, output } = await runDemo({ PORT: String(port) }).ended;
    expect(code).toBe(1);
    expect(output.trim()).toBe(`Port ${port} is taken; choose another one: PORT=${port + 1} npm run demo`);
  },
);

test.each(['eighty', ' ', '0x1F90', '8e3', '65536'])(
  'says in one sentence that PORT=%j is no port, and exits with 1',
  async (port) => {
    const { code, output } = await runDemo({ PORT: port }).ended;
    expect(code).toBe(1);
    expect(output.trim()).toBe(`PORT is "${port}"; it must be a whole number from 0 (any free port) to 65535.`);
  },
);

test('ends on Ctrl-C with all of its processes, and says nothing more', async () => {
  const state = await createStateFolder();
  const run = runDemo({ PORT: '0', TIMBER_STATE: state.path });
  await run.said(/the lines are kept\.\n/);
  run.end();
  expect((await run.ended).output.trimEnd()).toMatch(/the lines are kept\.$/);
});

test('ends when only npm is told to', async () => {
  const state = await createStateFolder();
  const run = runDemo({ PORT: '0', TIMBER_STATE: state.path });
  await run.said(/the lines are kept\.\n/);
  process.kill(run.pid, 'SIGTERM');
  expect((await run.ended).output.trimEnd()).toMatch(/the lines are kept\.$/);
});

test('keeps lines over a restart, and knows their ids again', async () => {
  const state = await createStateFolder();
  const first = await startDemo(state.path);
  await first.post(lineText({ id: 'kept-1', message: 'Before the restart' }));
  await first.stop();
  const second = await startDemo(state.path);
  const again = await second.post(lineText({ id: 'kept-1', message: 'Before the restart' }));
  expect(await again.json()).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  expect(await second.lines()).toEqual([JSON.parse(lineText({ id: 'kept-1', message: 'Before the restart' }))]);
});

test('passes wrangler deploy --dry-run as it is', async () => {
  await rm(join(root, 'demo/.build'), { recursive: true, force: true });
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--config', 'demo/wrangler.jsonc'],
    { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false', FORCE_COLOR: '0', NO_COLOR: '1' } },
  );
  expect(stdout).toContain('env.LINES (LineStore)');
  expect(stdout).toContain('--dry-run: exiting now.');
});
