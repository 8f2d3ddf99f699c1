// Finds the engines that test pages run in, and in CI installs Debian's. Plain JavaScript: the test script runs it too.
import { canInstall, installWithApt, isExecutable, onPath } from './apt.mjs';
import { findBrowser, requireBrowser } from './findBrowser.mjs';

/** @typedef {'chromium' | 'firefox' | 'webkit'} EngineName */

/** @type {EngineName[]} */
export const engineNames = ['chromium', 'firefox', 'webkit'];

const { env } = process;

/** The path of a Firefox, or nothing. `FIREFOX_PATH` comes first. */
export const findFirefox = () =>
  named('FIREFOX_PATH') ??
  onPath(['firefox-esr', 'firefox']) ??
  ['/Applications/Firefox.app/Contents/MacOS/firefox', 'C:\\Program Files\\Mozilla Firefox\\firefox.exe'].find(
    isExecutable,
  );

/** The path of WebKitGTK's driver, or nothing. `WEBKIT_DRIVER_PATH` comes first. It knows where its MiniBrowser is. */
export const findWebKitDriver = () => named('WEBKIT_DRIVER_PATH') ?? onPath(['WebKitWebDriver']);

/** The path of the X server that draws for nobody, or nothing. */
export const findXvfb = () => onPath(['Xvfb']);

/** The program that a variable of the environment names. */
function named(variable) {
  const path = env[variable];
  if (!path || isExecutable(path)) return path || undefined;
  throw new Error(`${variable} names ${path}, which is no program: correct it or unset it.`);
}

const engines = {
  chromium: {
    isHere: () => findBrowser() !== undefined,
    packages: ['chromium'],
    wanted: 'Chromium is not installed: apt-get install chromium, or set CHROME_PATH',
  },
  firefox: {
    isHere: () => findFirefox() !== undefined,
    packages: ['firefox-esr'],
    wanted: 'Firefox is not installed: apt-get install firefox-esr, or set FIREFOX_PATH',
  },
  webkit: {
    isHere: () => findWebKitDriver() !== undefined && findXvfb() !== undefined,
    packages: ['webkit2gtk-driver', 'xvfb'], // MiniBrowser is in libwebkit2gtk, which the driver depends on
    wanted:
      'WebKit is not installed: apt-get install webkit2gtk-driver xvfb, or set WEBKIT_DRIVER_PATH (and have Xvfb)',
  },
};

/**
 * Nothing if the engine is installed, else a sentence that says which is not and how to install it.
 *
 * @param {EngineName} name
 * @returns {string | undefined}
 */
export const missingEngine = (name) => (engines[name].isHere() ? undefined : engines[name].wanted);

/** In CI, where it may, installs the engines that are missing. Throws where there is no Chromium in the end. */
export function requireEngines(log = console.log) {
  const missing = engineNames.filter(missingEngine);
  if (env.CI && missing.length > 0 && canInstall()) {
    log(`Not installed here: ${missing.join(', ')}. Installing with apt-get (a few 100 MB, once) …`);
    installWithApt(missing.map((name) => engines[name].packages));
  }
  requireBrowser(log);
}
