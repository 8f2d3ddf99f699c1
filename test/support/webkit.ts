// WebKit as an engine: WebKitGTK's MiniBrowser, on a screen that nobody sees, driven by its WebDriver.
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import type { DrivenEngine, DrivenPage } from './engines.js';
import { findWebKitDriver, findXvfb } from './findEngines.mjs';
import { listenOnLoopback } from './loopback.js';
import { makeFolder, type Program, startProgram } from './programs.js';

// No limit to a script: evaluate has one.
const timeouts = { script: null, pageLoad: 60_000 };

export async function launchWebKit(): Promise<DrivenEngine> {
  const folder = makeFolder();
  const programs: Program[] = [];
  const close = async () => {
    for (const program of programs.reverse()) await program.end();
    await folder.remove();
  };
  const start = (path: string, args: string[], env: NodeJS.ProcessEnv, signal: NodeJS.Signals) => {
    const program = startProgram(path, args, env, signal);
    programs.push(program);
    return program;
  };

  try {
    const screen = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
    // Not SIGKILL, which would leave its lock file.
    const xvfb = start(findXvfb()!, screen, {}, 'SIGTERM');
    const display = await xvfb.says(/(\d+)\n/, 3);
    const port = await freePort();
    const driverProgram = start(findWebKitDriver()!, [`--port=${port}`], surroundings(display, folder.path), 'SIGKILL');
    await answering(port, driverProgram);
    const capabilities = new Capabilities({ browserName: 'MiniBrowser', timeouts });
    const driver = await Promise.race([
      new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build(),
      driverProgram.gone,
    ]);
    const version = (await driver.getCapabilities()).get('browserVersion');
    return { version, open: openIn(driver), close };
  } catch (error) {
    await close();
    throw error;
  }
}

// Its own sandbox wants user namespaces, which containers seldom have; our pages need none. The rest keeps it off the
// machine's folders, buses and graphics card.
const surroundings = (display: string, home: string): NodeJS.ProcessEnv => ({
  DISPLAY: `:${display}`,
  GDK_BACKEND: 'x11',
  HOME: home,
  XDG_CACHE_HOME: home,
  XDG_CONFIG_HOME: home,
  XDG_DATA_HOME: home,
  XDG_RUNTIME_DIR: home,
  DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  NO_AT_BRIDGE: '1',
  LIBGL_ALWAYS_SOFTWARE: '1',
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
});

// The driver does not say which port it took if it is told to take any.
async function freePort(): Promise<number> {
  const server = await listenOnLoopback(async () => {});
  await server.close();
  return server.port;
}

/** Resolves when the driver answers: it says so nowhere. */
async function answering(port: number, program: Program) {
  const asked = () =>
    fetch(`http://127.0.0.1:${port}/status`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await Promise.race([asked(), program.gone]))) await new Promise((resolve) => setTimeout(resolve, 20));
}

function openIn(driver: WebDriver) {
  let turn: Promise<unknown> = Promise.resolve();
  let current = '';
  let first: string | undefined; // stays open: the session would end with its last window

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  }

  /** Runs command in that window, alone. */
  function inWindow<T>(window: string, command: () => Promise<T>): Promise<T> {
    return inTurn(async () => {
      if (current !== window) await driver.switchTo().window(window);
      current = window;
      return command();
    });
  }

  /** The same, but others may run before it is answered: a page may wait for another, or for ever. */
  async function startInWindow<T>(window: string, command: () => Promise<T>): Promise<T> {
    const { answered } = await inWindow(window, async () => {
      const answered = command();
      // It goes to the window that is current when it arrives: when what came after it has been answered, it has.
      await Promise.race([answered, driver.manage().getTimeouts()]).catch(() => {});
      return { answered };
    });
    return answered;
  }

  const openWindow = () =>
    inTurn(async () => {
      first ??= await driver.getWindowHandle();
      await driver.switchTo().window(first); // the current one may be closed
      await driver.switchTo().newWindow('window');
      current = await driver.getWindowHandle();
      return current;
    });

  return async function open(): Promise<DrivenPage> {
    const window = await openWindow();
    return {
      evaluate: (expression) =>
        startInWindow(window, () => driver.executeAsyncScript(`const done = arguments[0]; ${expression}.then(done)`)),
      goto: (url) => inWindow(window, () => driver.get(url)),
      close: () => startInWindow(window, () => driver.close()),
    };
  };
}
