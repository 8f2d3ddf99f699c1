// Firefox as an engine: started here, driven by puppeteer-core through WebDriver BiDi.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'puppeteer-core';
import type { DrivenEngine, DrivenPage } from './engines.js';
import { findFirefox } from './findEngines.mjs';
import { makeFolder, startProgram } from './programs.js';

// Those for tests Firefox sets by itself when it is driven (`remote.prefs.recommended`).
const preferences = { 'dom.max_script_run_time': 0 };

export async function launchFirefox(): Promise<DrivenEngine> {
  const profile = makeFolder();
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile.path, 'user.js'), lines.join(''));
  const args = ['--headless', '--no-remote', '--profile', profile.path, '--remote-debugging-port=0'];
  const program = startProgram(findFirefox()!, args, { HOME: profile.path, MOZ_CRASHREPORTER_DISABLE: '1' });
  let close = async () => {
    await program.end();
    await profile.remove();
  };

  try {
    const address = await program.says(/^WebDriver BiDi listening on (ws:\/\/\S+)$/m);
    const connection = { browserWSEndpoint: `${address}/session`, protocol: 'webDriverBiDi', defaultViewport: null };
    const browser = await Promise.race([connect(connection as Parameters<typeof connect>[0]), program.gone]);
    const end = close;
    close = async () => {
      browser.close().catch(() => {}); // it may be gone, or busy: either way the process ends next
      await program.end(2_000);
      await end();
    };
    let pages = 0;
    return { version: (await browser.version()).replace('firefox/', ''), open, close };

    async function open(): Promise<DrivenPage> {
      // A second tab would hide the first; a window, which takes three times as long, does not.
      const page = await browser.newPage({ type: pages++ === 0 ? 'tab' : 'window' });
      page.once('close', () => pages--);
      return {
        evaluate: (expression) => page.evaluate(expression),
        goto: async (url) => void (await page.goto(url)),
        close: () => page.close(),
      };
    }
  } catch (error) {
    await close();
    throw error;
  }
}
