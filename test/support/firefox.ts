// Firefox as an engine: started here, driven by puppeteer-core through WebDriver BiDi.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, connect } from 'puppeteer-core';
import type { DrivenEngine, DrivenPage } from './engines.js';
import { findFirefox } from './findEngines.mjs';
import { makeFolder, type Program, startProgram } from './programs.js';

// More of them, for tests, Firefox sets by itself once it is driven (`remote.prefs.recommended`).
const preferences = {
  'browser.newtabpage.enabled': false,
  'browser.startup.homepage': 'about:blank',
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'dom.max_script_run_time': 0,
  'geo.provider.network.url': 'data:application/json,{"location":{"lat":0,"lng":0},"accuracy":1}',
  'permissions.default.desktop-notification': 2,
  'permissions.default.geo': 1,
};

export async function launchFirefox(): Promise<DrivenEngine> {
  const profile = makeFolder();
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile.path, 'user.js'), lines.join(''));
  const args = ['--headless', '--no-remote', '--profile', profile.path, '--remote-debugging-port=0'];
  const env = { HOME: profile.path, TMPDIR: profile.path, MOZ_CRASHREPORTER_DISABLE: '1' };
  const program = startProgram(findFirefox()!, args, env);
  const close = async () => {
    await program.end(); // it would take seconds to end by itself, to save what goes next
    await profile.remove();
  };
  try {
    const browser = await program.during(connectTo(program));
    const version = await browser.version();
    return { version: version.replace('firefox/', ''), open: openIn(browser), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connectTo(program: Program): Promise<Browser> {
  const address = await program.says(/^WebDriver BiDi listening on (ws:\/\/\S+)$/m);
  return connect({ browserWSEndpoint: `${address}/session`, protocol: 'webDriverBiDi', defaultViewport: null });
}

function openIn(browser: Browser) {
  let pages = 0;
  return async function open(): Promise<DrivenPage> {
    // A second tab would hide the first; a window, which takes three times as long, does not.
    const page = await browser.newPage({ type: pages++ === 0 ? 'tab' : 'window' });
    page.once('close', () => pages--);
    return {
      evaluate: (expression) => page.evaluate(expression),
      goto: async (url) => void (await page.goto(url)),
      close: () => page.close(),
    };
  };
}
