// A real Chromium for tests: one a test file, a page with its own storage a test.
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { closeWithTest } from './closeWithTest.js';
import { requireBrowser } from './findBrowser.mjs';

export { findBrowser } from './findBrowser.mjs';

export interface LaunchOptions {
  /** A profile folder to use again; it stays. @default a fresh one, removed at the end */
  profile?: string;
  /** More command-line switches. */
  args?: string[];
  /**
   * Playwright switches the back/forward cache off; this leaves it on. Go back by `history.back()` in the page:
   * page.goBack waits for a load that a restored page does not have. @default false
   */
  backForwardCache?: boolean;
}

export interface TestBrowser {
  readonly profile: string;
  /** The profile's own context: what pages store here is found again by the next browser on the same profile. */
  readonly context: BrowserContext;
  /** Of the browser process. */
  readonly pid: number;
  /** SIGKILL to the browser process; resolves when it is gone. The profile folder stays until close(). */
  kill(): Promise<void>;
  /** Ends the browser and removes the profile folder if it was made here. */
  close(): Promise<void>;
}

const quietArgs = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a browser. One started in a test closes when that test ends.
 *
 * @example
 * let browser: TestBrowser;
 * beforeAll(async () => {
 *   browser = await launchBrowser();
 *   return browser.close;
 * });
 */
export async function launchBrowser(options: LaunchOptions = {}): Promise<TestBrowser> {
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), 'timberlog-profile-')));
  const removeNow = () => rmSync(profile, { recursive: true, force: true });
  if (!options.profile) process.once('exit', removeNow); // for a run that is interrupted, or a browser that never starts
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: requireBrowser(),
    args: [...quietArgs, ...(options.args ?? [])],
    ignoreDefaultArgs: options.backForwardCache ? ['--disable-back-forward-cache'] : [],
  });
  const pid = await browserPid(context);
  const gone = new Promise<void>((resolve) => context.once('close', () => resolve()));

  const kill = async () => {
    process.kill(pid, 'SIGKILL');
    await gone;
    await context.browser()!.close();
  };
  const close = async () => {
    await context.close();
    if (options.profile) return;
    // Chromium's children may still write for a moment after it is gone.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    process.off('exit', removeNow);
  };
  closeWithTest(close);
  return { profile, context, pid, kill, close };
}

async function browserPid(context: BrowserContext): Promise<number> {
  const session = await context.browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.find((process) => process.type === 'browser')!.id;
}

export interface PageOptions {
  /** Where the page keeps its storage: `browser.context`, or `earlier.context()`. @default a new one, of this page alone */
  context?: BrowserContext;
  /** JavaScript to run before any of the page's own. */
  before?: string;
}

/** A page, and what it complained of. */
export type TestPage = Page & {
  /** Uncaught exceptions and unhandled rejections. */
  readonly errors: string[];
  /** Console messages, as `level: text`. */
  readonly consoleLines: string[];
};

/** Opens url and resolves when it has loaded. A page opened in a test closes when that test ends. */
export async function openPage(browser: TestBrowser, url: string, options: PageOptions = {}): Promise<TestPage> {
  const context = options.context ?? (await browser.context.browser()!.newContext());
  const page = Object.assign(await context.newPage(), { errors: [] as string[], consoleLines: [] as string[] });
  closeWithTest(async () => {
    // Playwright's close can wait for ever for a page that is just navigating: this ends the navigation.
    await page.goto('about:blank', { timeout: 2_000 }).catch(() => {});
    await (options.context ? page.close() : context.close());
  });
  page.on('pageerror', (error) => page.errors.push(String(error)));
  page.on('console', (message) => page.consoleLines.push(`${message.type()}: ${message.text()}`));
  if (options.before) await page.addInitScript(options.before);
  await page.goto(url);
  return page;
}
