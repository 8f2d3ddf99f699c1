// Pages that allow no script to be made of text: a CSP without `unsafe-eval`, Trusted Types.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines, type EnginePage } from '../support/engines.js';
import {
  flowsKept,
  logIn,
  type OtherPages,
  sdk,
  seenSynchronously,
  serveOtherPages,
  troublesOfLogging,
} from './otherPages.js';

const own = "script-src 'self'; object-src 'none'; base-uri 'none'; style-src 'self'; img-src 'self' data:";

describeInEngines('a page', (engine) => {
  describe.each([
    ['with a CSP that allows its own scripts alone', own, 'new Function("")'],
    ['with Trusted Types', "require-trusted-types-for 'script'", 'document.body.innerHTML = "<b>"'],
    [
      'with Trusted Types that allow no policy, and a CSP',
      `${own}; require-trusted-types-for 'script'; trusted-types 'none'`,
      'document.body.innerHTML = "<b>"',
    ],
  ])('%s', (_, csp, forbidden) => {
    let pages: OtherPages;
    let page: EnginePage;
    beforeAll(async () => {
      pages = await serveOtherPages(engine(), { '/page': sdk }, { csp });
      page = await pages.open('/page');
      return async () => {
        await page.close();
        await pages.close();
      };
    });

    test('keeps contexts', async () => {
      const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

      expect(seen).toEqual(flowsKept(seen));
      expect(await page.evaluate('seenSynchronously()')).toEqual(seenSynchronously);
    });

    test('delivers lines, and has no trouble', async () => {
      expect(await troublesOfLogging(logIn(page))).toEqual([]);
    });

    test('has seen no violation, until it has one', async () => {
      expect(await page.evaluate('complaints')).toEqual([]);

      // In a timer: what drives the page may do what the page may not.
      const violation = await page.evaluate<string>(`new Promise((resolve) => {
        addEventListener('securitypolicyviolation', ({ violatedDirective }) => resolve(violatedDirective));
        setTimeout(() => { ${forbidden} });
      })`);
      expect(violation).toMatch(/^(script-src|require-trusted-types-for)/);
    });
  });
});
