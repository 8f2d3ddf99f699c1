// Finds a Chromium for the tests, or installs Debian's. Plain JavaScript: the test script runs it before vitest.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall, installWithApt, isExecutable, pathFolders } from './apt.mjs';

const { env, platform } = process;

/** The path of a Chromium, Chrome or Edge on this machine, or nothing. `CHROME_PATH` comes first. */
export function findBrowser() {
  if (env.CHROME_PATH) {
    if (isExecutable(env.CHROME_PATH)) return env.CHROME_PATH;
    throw new Error(`CHROME_PATH names ${env.CHROME_PATH}, which is no program: correct it or unset it.`);
  }
  return [...usualPlaces(), ...playwrightPlaces()].find(isExecutable);
}

/** As findBrowser; where there is none and this is root on a Debian, installs one first, and says so on `log`. */
export function requireBrowser(log = console.log) {
  const found = findBrowser();
  if (found) return found;
  if (canInstall()) {
    log('No Chromium here: installing it with apt-get (about 100 MB, once) …');
    installWithApt([['chromium']]);
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Error(
    'The tests need Chromium, Chrome or Edge: install one, or set CHROME_PATH to the executable of the one you have.',
  );
}

function usualPlaces() {
  if (platform === 'darwin') return macApplications();
  if (platform === 'win32') return windowsPrograms();
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
    .flatMap((name) => pathFolders().map((folder) => join(folder, name)))
    .concat('/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge', '/snap/bin/chromium');
}

function macApplications() {
  return ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Google Chrome Canary'].flatMap((name) =>
    ['/Applications', join(homedir(), 'Applications')].map((folder) =>
      join(folder, `${name}.app`, 'Contents', 'MacOS', name),
    ),
  );
}

function windowsPrograms() {
  const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].concat(
    'Chromium\\Application\\chrome.exe',
  );
  return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => programs.map((program) => join(folder, program)));
}

// Browsers that `npx playwright install chromium` has left; the newest first. The folders' names have changed with
// its versions: https://playwright.dev/docs/browsers#managing-browser-binaries
function playwrightPlaces() {
  const cache = env.PLAYWRIGHT_BROWSERS_PATH ?? playwrightCache();
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice('chromium-'.length)) - Number(a.slice('chromium-'.length)))
    .flatMap((name) => playwrightExecutables.map((path) => join(cache, name, path)));
}

function playwrightCache() {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'ms-playwright');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? homedir(), 'ms-playwright');
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ms-playwright');
}

const forTesting = 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing';
const playwrightExecutables = [
  'chrome-linux64/chrome',
  'chrome-linux/chrome',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  `chrome-mac-arm64/${forTesting}`,
  `chrome-mac-x64/${forTesting}`,
  'chrome-win64/chrome.exe',
  'chrome-win/chrome.exe',
];
