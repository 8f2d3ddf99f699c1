// What tests start outlives no test run, however that ends: seen from outside, in a process that is ended.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/programs.js';

const support = fileURLToPath(new URL('../support', import.meta.url));

// Makes a folder, starts a program that starts another, tells of all three and stays.
const owner = `
  import { makeFolder, startProgram } from './programs.js';
  const folder = makeFolder().path;
  const program = startProgram('/bin/sh', ['-c', 'sleep 600 & echo "pids $$ $!" >&2; wait'], {});
  const pids = (await program.says(/pids (.*)\\n/)).split(' ').map(Number);
  process.send({ folder, pids });
  setInterval(() => {}, 1_000);`;

let built: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'timberlog-programs-'));
  const stdin = { contents: owner, resolveDir: support, loader: 'ts' as const };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: join(built, 'owner.mjs') });
});
afterAll(() => rm(built, { recursive: true }));

async function startOwner() {
  const child = spawn(process.execPath, [join(built, 'owner.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [told] = await once(child, 'message');
  const { folder, pids } = told as { folder: string; pids: number[] };
  onTestFinished(() => void spawnSync('kill', ['-9', child.pid, ...pids].map(String))); // those that are left
  return { child, folder, pids };
}

// Not kill(pid, 0), which also finds the dead whom nobody has waited for.
const isRunning = (pid: number) => /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]).stdout.toString());

const unixTest = test.skipIf(process.platform === 'win32');

unixTest.each<[string, (child: ChildProcess) => void]>([
  ['SIGTERM', (child) => child.kill('SIGTERM')],
  ['SIGINT', (child) => child.kill('SIGINT')],
  ['SIGHUP', (child) => child.kill('SIGHUP')],
  ['the end of the process above', (child) => child.disconnect()],
])('programs, what they started and folders go with their owner at %s', async (_, end) => {
  const owner = await startOwner();
  expect([...owner.pids.map(isRunning), existsSync(owner.folder)]).toEqual([true, true, true]);

  end(owner.child);

  const left = () => [...owner.pids.map(isRunning), existsSync(owner.folder)];
  await expect.poll(left, { timeout: 5_000 }).toEqual([false, false, false]);
});

unixTest('an owner that is ended by a signal says so to the process above', async () => {
  const { child } = await startOwner();

  child.kill('SIGTERM');

  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
});

test('who waits for a program that ends is told what it wrote', async () => {
  const program = startProgram(process.execPath, ['-e', 'console.error("no screen"); process.exit(3)'], {});

  await expect(program.says(/(ready)/)).rejects.toThrow(/ended with 3. It wrote: no screen/);
  await program.end();
});

test('who waits for a program that does not exist is told so', async () => {
  const program = startProgram(join(built, 'nothing'), [], {});

  await expect(program.says(/(ready)/)).rejects.toThrow(/did not start: .*ENOENT/);
  await program.end();
});
