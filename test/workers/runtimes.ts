// Node, Deno and Bun, from their npm packages: programs that import the package by its name run in each.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { closeWithTest } from '../support/closeWithTest.js';
import { makeFolder, type Program, startProgram } from '../support/programs.js';

interface RuntimeProgram {
  /** Nothing where it is not installed. */
  readonly path: string | undefined;
  /** Before the name of the program's file. */
  readonly args: string[];
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Runtime {
  readonly name: string;
  /** Runs programs/<program>.mjs to its end. */
  run(program: string, ...args: string[]): Promise<Ended>;
  /** Starts programs/<program>.mjs, which ends with the running test. */
  start(program: string, ...args: string[]): Program;
}

const { platform, arch } = process;
const exe = platform === 'win32' ? '.exe' : '';

/** A file of a package that is installed for this platform alone. No install script is needed for it. */
function installed(name: string, file: string): string | undefined {
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const denoPackage = `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`;
const bunPackage = `@oven/bun-${platform === 'win32' ? 'windows' : platform}-${arch === 'arm64' ? 'aarch64' : arch}`;

const runtimes: Record<string, RuntimeProgram> = {
  node: { path: process.execPath, args: [] },
  deno: {
    path: installed(denoPackage, `deno${exe}`),
    args: ['run', '--node-modules-dir=manual', '--no-lock', '--allow-net=127.0.0.1'],
  },
  // Its install script, where it is run, moves the binary.
  bun: { path: installed(bunPackage, `bin/bun${exe}`) ?? installed('bun', 'bin/bun.exe'), args: ['run'] },
};

/** `describe` once a runtime. One that is not installed is skipped and said; in CI, where it ought to be, its tests fail. */
export function describeInRuntimes(title: string, suite: (runtime: Runtime) => void): void {
  for (const [name, { path, args }] of Object.entries(runtimes)) {
    const missing = `${name} is not installed: npm ci, with optional packages`;
    if (path) describe(`${title} in ${name}`, () => suite(createRuntime(name, path, args)));
    else if (process.env.CI) describe(`${title} in ${name}`, () => failing(missing));
    else describe.skip(`${title} in ${name}: ${missing}`, { meta: { notInstalled: missing } }, () => failing(missing));
  }
}

function failing(sentence: string) {
  test('is installed', () => {
    throw new Error(sentence);
  });
}

function createRuntime(name: string, path: string, args: string[]): Runtime {
  const commandLine = (program: string, given: string[]) => [...args, placeProgram(program), ...given];
  return {
    name,
    run: (program, ...given) =>
      new Promise((resolve) => {
        execFile(path, commandLine(program, given), { timeout: 30_000 }, (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
        });
      }),
    start(program, ...given) {
      const started = startProgram(path, commandLine(program, given), {});
      closeWithTest(started.end);
      return started;
    },
  };
}

/** In a folder of its own, as a package whose dependency timberlog is: each runtime resolves it in its own way. */
function placeProgram(program: string): string {
  const folder = makeFolder();
  closeWithTest(folder.remove);
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(
    fileURLToPath(new URL('../..', import.meta.url)),
    join(folder.path, 'node_modules/timberlog'),
    'junction',
  );
  const file = join(folder.path, `${program}.mjs`);
  cpSync(fileURLToPath(new URL(`programs/${program}.mjs`, import.meta.url)), file);
  return file;
}
