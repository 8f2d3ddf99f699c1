// The three engines that pages run in, behind one small surface, so that a suite for all of them is written once.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { launchChromium } from './chromium.js';
import { closeWithTest } from './closeWithTest.js';
import { type Code, evaluated } from './evaluation.js';
import { type EngineName, engineNames, missingEngine } from './findEngines.mjs';
import { launchFirefox } from './firefox.js';
import { launchWebKit } from './webkit.js';
import { within } from './within.js';

export { type EngineName, engineNames } from './findEngines.mjs';

export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /**
   * Opens url in a window of its own, which is visible (`document.visibilityState`) and draws, and resolves when it has
   * loaded. Geolocation is granted and notifications are denied; in WebKit both stay unanswered. Pages of one engine
   * share their storage: keep tests apart by a server, thus an origin, each. A page opened in a test closes when that
   * test ends.
   */
  open(url: string): Promise<EnginePage>;
  /** Ends all of its processes and removes its profile. */
  close(): Promise<void>;
}

export interface EnginePage {
  /**
   * What code gives in the page's own world, awaited, and brought here as JSON. A string is an expression, in which
   * `await` may stand; a function is sent as text and called, so it sees the page's globals and none of the test's
   * variables. No CSP keeps it out; a page without JSON cannot be asked, and in WebKit, whose own driver lives in the
   * page, neither can one that broke Promise or timers. An error rejects with its name, message and stack.
   * @param timeoutMs Rejects when there is no answer by then; the code runs on. @default 30,000
   */
  evaluate<T>(code: Code<T>, timeoutMs?: number): Promise<T>;
  /** Resolves when url has loaded. */
  goto(url: string): Promise<void>;
  /** A page too busy to close, after 5 s, is left for the engine's end. */
  close(): Promise<void>;
}

/** What an engine's own file gives. Pages open blank; evaluate takes an expression with a promise of text. */
export interface DrivenEngine {
  readonly version: string;
  open(): Promise<DrivenPage>;
  close(): Promise<void>;
}

export interface DrivenPage {
  evaluate(expression: string): Promise<unknown>;
  goto(url: string): Promise<void>;
  close(): Promise<void>;
}

declare module 'vitest' {
  interface TaskMeta {
    /** What the closing lines say about a skipped suite. */
    notInstalled?: string;
  }
}

const launchers = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebKit };

/** Starts an engine with an empty profile. One started in a test closes when that test ends. */
export async function launchEngine(name: EngineName): Promise<Engine> {
  const missing = missingEngine(name);
  if (missing) throw new Error(missing);
  const driven = await launchers[name]();
  const close = once(driven.close);
  closeWithTest(close);

  async function open(url: string): Promise<EnginePage> {
    const page = await driven.open();
    const close = once(() => within(5_000, page.close(), () => '').catch(() => {}));
    closeWithTest(close);
    await page.goto(url);
    const evaluate = <T>(code: Code<T>, timeoutMs = 30_000) => evaluated(code, timeoutMs, page.evaluate);
    return { evaluate, goto: page.goto, close };
  }

  return { name, version: driven.version, open, close };
}

function once(close: () => Promise<void>) {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}

/** Tests of one engine, which they get by engine(); name is for those that make no sense in all. */
type Suite = (engine: () => Engine, name: EngineName) => void;

const running = new Map<EngineName, Promise<Engine>>();

/**
 * `describe` once an engine; the test file starts each engine once. Tests of an engine that is not installed are
 * skipped under a title that says how to install it; in CI, where it ought to be, they fail with that sentence.
 *
 * @example
 * describeInEngines('native await', (engine) => {
 *   test('keeps the context', async () => {
 *     const page = await engine().open(server.url);
 *     expect(await page.evaluate(() => timber.context({ a: 1 }, async () => timber.context.get()))).toEqual({ a: 1 });
 *   });
 * });
 */
export function describeInEngines(title: string, suite: Suite): void {
  for (const name of engineNames) {
    const missing = missingEngine(name);
    if (!missing) describe(`${title} in ${name}`, () => inEngine(name, suite));
    else if (process.env.CI || name === 'chromium') describe(`${title} in ${name}`, () => failing(missing));
    else
      describe.skip(`${title} in ${name}: ${missing}`, { meta: { notInstalled: missing } }, () =>
        suite(noEngine, name),
      );
  }
  afterAll(closeAll);
}

function inEngine(name: EngineName, suite: Suite) {
  let engine: Engine;
  beforeAll(async () => {
    const starting = running.get(name) ?? launchEngine(name);
    running.set(name, starting);
    engine = await starting;
  });
  suite(() => engine, name);
}

function failing(sentence: string) {
  test('is installed', () => {
    throw new Error(sentence);
  });
}

function noEngine(): never {
  throw new Error('engine() is for tests and hooks: while tests are collected no engine runs.');
}

async function closeAll() {
  const engines = await Promise.allSettled(running.values());
  running.clear();
  await Promise.all(engines.map((engine) => (engine.status === 'fulfilled' ? engine.value.close() : undefined)));
}
