// Pages that load copies of timberlog one after the other, for a whole test file; the globals are those of copies.js.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { launchBrowser, openPage, type TestBrowser, type TestPage } from '../support/browser.js';
import { startPageServer } from '../support/pageServer.js';

/** Addresses for loadCopies(). */
export const builds = {
  script: '/timberlog.min.js',
  sameScript: '/timberlog.min.js?again',
  module: '/browser.js',
  sameModule: '/browser.js?again',
  renamed: '/renamed.js',
  untracked: '/untracked.js',
};

// What a version with other insides has in common with this one is the protocol: the names of everything else that
// frames, scopes, zones and layers are made of are other ones.
const insides =
  /^(base|collapsed|collapsedOver|under|over|outer|light|slots|_slots|_leftFor|marked|frameOf|isActive|swap)$/;
const renamedBuild = () =>
  transformSync(readFileSync(new URL('../../dist/browser.js', import.meta.url), 'utf8'), { mangleProps: insides }).code;

const importMap = '<script type="importmap">{"imports":{"idb-keyval":"/idb-keyval.js"}}</script>';
const helpers = '<script src="/copies.js"></script>';
const script = `<script src="${builds.script}"></script>`;

export interface CopiesPages {
  /** A page with no copy yet; code runs before all else in it. */
  open(code?: string): Promise<TestPage>;
  openWith(...addresses: string[]): Promise<TestPage>;
  /** A page with a copy, in it an iframe with another. */
  openFrames(): Promise<TestPage>;
  close(): Promise<void>;
}

/**
 * @example
 * let copiesPages: CopiesPages;
 * beforeAll(async () => {
 *   copiesPages = await startCopiesPages();
 *   return copiesPages.close;
 * });
 */
export async function startCopiesPages(): Promise<CopiesPages> {
  const browser: TestBrowser = await launchBrowser();
  const server = await startPageServer({
    folder: new URL('fixtures/twoCopies', import.meta.url),
    routes: {
      '/': importMap + helpers,
      '/frame': helpers + script,
      '/frames': `<body>${helpers}${script}<iframe src="/frame"></iframe>`,
      [builds.renamed]: { body: renamedBuild() },
    },
  });
  const open = (code = ''): Promise<TestPage> => openPage(browser, server.url, { before: code });
  return {
    open,
    async openWith(...addresses) {
      const page = await open();
      await page.evaluate((all) => loadCopies(...all), addresses);
      return page;
    },
    openFrames: () => openPage(browser, `${server.url}/frames`),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
