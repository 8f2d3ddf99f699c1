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
  try {
    const screen = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
    const xvfb = startProgram(findXvfb()!, screen, {}, 'SIGTERM'); // SIGKILL would leave its lock file
    programs.push(xvfb);
    const display = await xvfb.says(/(\d+)\n/, 3);
    const port = await freePort();
    const program = startProgram(findWebKitDriver()!, [`--port=${port}`], surroundings(display, folder.path));
    programs.push(program);
    const driver = await program.during(connectTo(port, program));
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
  TMPDIR: home,
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

/** A session of the driver on port; it says nowhere when it listens. */
async function connectTo(port: number, program: Program): Promise<WebDriver> {
  const url = `http://127.0.0.1:${port}`;
  const answers = () => fetch(`${url}/status`).then(Boolean, () => false);
  while (program.isRunning() && !(await answers())) await new Promise((resolve) => setTimeout(resolve, 20));
  const capabilities = new Capabilities({ browserName: 'MiniBrowser', timeouts });
  return new Builder().usingServer(url).withCapabilities(capabilities).build();
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
