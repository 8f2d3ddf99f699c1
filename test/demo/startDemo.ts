// Starts `npm run demo` as a user does, and ends it as Ctrl-C does.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeWithTest } from '../support/closeWithTest.js';
import type { Line } from '../support/collectedLines.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Demo {
  /** http://localhost:port */
  readonly url: string;
  readonly port: number;
  /** POSTs a body to the collector, with the demo's key. */
  post(body: string, headers?: Record<string, string>): Promise<Response>;
  /** All stored lines, newest first. */
  lines(): Promise<Line[]>;
  /** Resolves when the demo and all of its processes are gone. */
  stop(): Promise<void>;
}

/** A folder for the demo's lines, removed when the running test ends, or by `remove`. */
export async function createStateFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'timberlog-demo-'));
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  closeWithTest(remove);
  return { path, remove };
}

/** Starts the demo on a folder of lines. */
export async function startDemo(statePath: string, port = 0): Promise<Demo> {
  const run = runDemo({ PORT: String(port), TIMBER_STATE: statePath });
  const [url, boundPort] = await Promise.race([
    run.said(/The shop +(http:\/\/localhost:(\d+))\//).then(([, ...found]) => found as [string, string]),
    run.ended.then(({ code, output }) => {
      throw new Error(`The demo ended with exit code ${code}: ${output}`);
    }),
  ]);
  return {
    ...{ url, port: Number(boundPort), stop: run.stop },
    post: (body, headers = { 'content-type': 'text/plain' }) =>
      fetch(`${url}/v1/logs?key=demo`, { method: 'POST', body, headers }),
    async lines() {
      const page: any = await (await fetch(`${url}/v1/lines?limit=500`)).json();
      return page.lines.map(({ line }: { line: Line }) => line);
    },
  };
}

/** `npm run demo` with this environment: what it prints, and how it ends. One started in a test stops with that test. */
export function runDemo(env: Record<string, string>) {
  // A process group of its own, so that the signal reaches npm's children as a terminal's Ctrl-C would.
  const child = spawn('npm', ['run', '--silent', 'demo'], {
    cwd: root,
    env: { ...process.env, ...env },
    detached: true,
  });
  let output = '';
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of looks) look();
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  );
  /** Ctrl-C. */
  const end = () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGINT');
  };
  const stop = async () => {
    end();
    await ended;
  };
  closeWithTest(stop);
  return {
    /** npm's; the demo itself is its grandchild. */
    pid: child.pid!,
    ...{ ended, end, stop },
    /** Resolves once the output matches. */
    said: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found) resolve(found);
        };
        looks.add(look);
        look();
      }),
  };
}
