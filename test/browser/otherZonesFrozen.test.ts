// Pages that froze what the SDK would replace: contexts hold for synchronous code, one sentence says so, and everything
// else works.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines, type EnginePage } from '../support/engines.js';
import {
  flowsKept,
  flowsMissing,
  logIn,
  type OtherPages,
  sdk,
  seenSynchronously,
  serveOtherPages,
  troublesOfLogging,
  zoneJs,
} from './otherPages.js';

const freeze = (...objects: string[]) => `<script>for (const object of [${objects}]) Object.freeze(object);</script>`;
const lockdown = '<script src="/safety/lockdown.js"></script>';

const sentence =
  'Contexts hold for synchronous code only: this page has frozen its promises. ' +
  'Contexts are kept in synchronous code only.';

describeInEngines('a page', (engine) => {
  let pages: OtherPages;
  beforeAll(async () => {
    pages = await serveOtherPages(engine(), {
      '/promises': freeze('Promise.prototype') + sdk,
      '/promise': freeze('Promise', 'Promise.prototype') + sdk,
      '/everything': lockdown + sdk,
      '/zone-and-promises': zoneJs + freeze('(async () => {})().constructor.prototype') + sdk,
      '/listeners': freeze('EventTarget.prototype', 'Function.prototype', 'MutationObserver.prototype') + sdk,
      '/promises-after': sdk + freeze('Promise', 'Promise.prototype'),
      '/everything-after': sdk + lockdown,
    });
    return pages.close;
  });

  describe.each([
    ['that froze Promise.prototype', '/promises'],
    ['that froze Promise and its prototype', '/promise'],
    ['that froze everything', '/everything'],
    ['with zone.js that froze the engine’s promises', '/zone-and-promises'],
  ])('%s', (_, path) => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await pages.open(path);
      return page.close;
    });

    test('keeps contexts in synchronous code, and shows none to anything else', async () => {
      const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

      expect(seen).toEqual(flowsMissing(seen));
      expect(await page.evaluate('seenSynchronously()')).toEqual(seenSynchronously);
    });

    test('delivers lines, and is told one sentence', async () => {
      expect(await troublesOfLogging(logIn(page))).toEqual([{ kind: 'tracking', message: sentence }]);
    });

    test('has heard of no error', async () => {
      expect(await page.evaluate('complaints')).toEqual([]);
    });
  });

  test('that froze listeners and an observer keeps contexts over everything else', async () => {
    const page = await pages.open('/listeners');
    const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

    expect(seen).toEqual(flowsKept(seen, ['a listener', 'MutationObserver']));
    expect(await page.evaluate('new MutationObserver(() => {}).constructor === MutationObserver')).toBe(true);
    expect(await troublesOfLogging(logIn(page))).toEqual([]);
    expect(await page.evaluate('complaints')).toEqual([]);
  });

  describe.each([
    ['its promises', '/promises-after'],
    ['everything', '/everything-after'],
  ])('that freezes %s after the SDK came', (_, path) => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await pages.open(path);
      return page.close;
    });

    test('keeps contexts', async () => {
      const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

      expect(seen).toEqual(flowsKept(seen));
    });

    test('delivers lines, and has no trouble', async () => {
      expect(await troublesOfLogging(logIn(page))).toEqual([]);
      expect(await page.evaluate('complaints')).toEqual([]);
    });

    test('has frozen them for good', async () => {
      const ended = await page.evaluate(`(() => {
        'use strict';
        const { then } = Promise.prototype;
        const errors = [];
        for (const key of ['then', 'constructor', 'catch']) {
          try {
            Promise.prototype[key] = () => {};
          } catch (error) {
            errors.push(error.name);
          }
        }
        return [errors, Promise.prototype.then === then, Object.isFrozen(Promise.prototype)];
      })()`);

      expect(ended).toEqual([Array(3).fill('TypeError'), true, true]);
    });
  });
});
