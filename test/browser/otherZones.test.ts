// Pages that have a zone.js of their own, before or after, two copies of the SDK, or a `Zone` that is something else.
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
  zoneJs,
} from './otherPages.js';

describeInEngines('a page', (engine) => {
  let pages: OtherPages;
  beforeAll(async () => {
    pages = await serveOtherPages(engine(), {
      '/alone': sdk,
      '/zone-before': zoneJs + sdk,
      '/zone-after': sdk + zoneJs,
      '/two-copies': sdk + sdk,
      '/other-zone': `<script>var Zone = { name: 'not zone.js' }</script>${sdk}`,
      '/other-class': `<script>class Zone { static current = 'mine' }</script>${sdk}`,
      '/other-zone-after': `${sdk}<script>Zone = { name: 'not zone.js' }</script>`,
      '/element': `<p id="Zone"></p>${sdk}`,
    });
    return pages.close;
  });

  describe.each([
    ['with the SDK alone', '/alone'],
    ['that loaded zone.js before', '/zone-before'],
    ['that loads zone.js after', '/zone-after'],
    ['that loads the SDK twice', '/two-copies'],
    ['with another global called Zone', '/other-zone'],
    ['with a class called Zone', '/other-class'],
    ['that makes something else of Zone afterwards', '/other-zone-after'],
    ['with an element called Zone', '/element'],
  ])('%s', (_, path) => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await pages.open(path);
      return page.close;
    });

    test('keeps contexts', async () => {
      const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

      expect(seen).toEqual(flowsKept(seen));
      expect(await page.evaluate('seenSynchronously()')).toEqual(seenSynchronously);
    });

    test('delivers lines, and has no trouble', async () => {
      expect(await troublesOfLogging(logIn(page))).toEqual([]);
    });

    test('has heard of no error', async () => {
      expect(await page.evaluate('complaints')).toEqual([]);
    });
  });

  test.each([
    ['/other-zone', 'Zone.name', 'not zone.js'],
    ['/other-class', 'Zone.current', 'mine'],
    ['/other-zone-after', 'Zone.name', 'not zone.js'],
    ['/element', 'Zone.id', 'Zone'],
  ])('%s: leaves the Zone that is something else as it is', async (path, expression, own) => {
    const page = await pages.open(path);

    expect(await page.evaluate(expression)).toBe(own);
  });
});
