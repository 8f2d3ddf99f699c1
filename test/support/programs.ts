// Programs that tests start, and folders that they write to: they go when closed, or with this process.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { undoAtExit } from './undoAtExit.js';
import { within } from './within.js';

/** A fresh folder; remove() when its writers have ended. */
export function makeFolder() {
  const path = mkdtempSync(join(tmpdir(), 'timberlog-profile-'));
  const forget = undoAtExit(() => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  const remove = async () => {
    await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    forget();
  };
  return { path, remove };
}

export interface Program {
  /** The first group of pattern in what the program writes, to stderr or, if told so, to file descriptor 3. */
  says(pattern: RegExp, descriptor?: 2 | 3): Promise<string>;
  /** What work gives. Rejects, with what the program last wrote, when that ends meanwhile or 50 s have passed. */
  during<T>(work: Promise<T>): Promise<T>;
  isRunning(): boolean;
  /** Ends the program and all that it has started. */
  end(): Promise<void>;
}

/** Starts a program as the head of a process group, so that those it starts end with it, by signal (on Windows it ends alone). */
export function startProgram(
  path: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  signal: NodeJS.Signals = 'SIGKILL',
): Program {
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const;
  const grouped = process.platform !== 'win32';
  const child = spawn(path, args, { detached: grouped, stdio: [...stdio], env: { ...process.env, ...env } });
  const kill = () => {
    try {
      if (!grouped) child.kill(signal);
      else if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // ESRCH: all of them are gone.
    }
  };
  const forget = undoAtExit(kill);
  const texts = { 2: follow(child.stdio[2] as Readable), 3: follow(child.stdio[3] as Readable) };
  const ended = ending(child);
  const lastWords = () => `It wrote: ${texts[2].text().slice(-2_000)}`;
  const gone = ended.then((how): never => {
    throw new Error(`${path} ${how}. ${lastWords()}`);
  });
  gone.catch(() => {});

  // An engine starts in two seconds on a machine at rest, and ten times as long on a busy one.
  const during = <T>(work: Promise<T>) =>
    within(50_000, Promise.race([work, gone]), () => `${path} is not ready after 50 s. ${lastWords()}`);

  return {
    during,
    says: (pattern, descriptor = 2) => during(texts[descriptor].match(pattern)),
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    async end() {
      kill();
      await ended;
      forget();
    },
  };
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`did not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`));
  });
}

function follow(stream: Readable) {
  let text = '';
  const waiting = new Set<() => void>();
  stream.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-10_000);
    for (const look of waiting) look();
  });
  const match = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = pattern.exec(text)?.[1];
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { text: () => text, match };
}
