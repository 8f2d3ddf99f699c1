// Pages that froze what the SDK would replace: contexts hold for synchronous code, or are not carried over what is
// frozen; one sentence says so, and everything else works.
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

const fix = (holder: string, name: string, attributes = 'writable: false, configurable: false') =>
  `<script>Object.defineProperty(${holder}, '${name}', { ${attributes} })</script>`;
const fixOnWindow = (...names: string[]) => names.map((name) => fix('window', name)).join('');

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
      '/listeners': freeze('EventTarget.prototype', 'Function.prototype') + sdk,
      '/listeners-twice': freeze('EventTarget.prototype') + sdk + sdk,
      '/classes': freeze('MutationObserver.prototype', 'MessagePort.prototype', 'ReadableStream') + sdk,
      '/window':
        fixOnWindow('setTimeout', 'requestAnimationFrame', 'ResizeObserver') +
        fix('window', 'onerror', 'configurable: false') +
        sdk,
      '/removing': fix('EventTarget.prototype', 'removeEventListener') + sdk,
      '/sealed': `<script>Object.seal(EventTarget.prototype); Object.seal(MutationObserver.prototype);</script>${sdk}`,
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

  describe.each([
    [
      'the listeners and functions',
      '/listeners',
      ['a listener'],
      ['EventTarget.removeEventListener', 'EventTarget.addEventListener'],
    ],
    [
      'classes and a port’s properties',
      '/classes',
      ['MutationObserver', 'an on… property'],
      ['MutationObserver', 'ReadableStream.from', 'MessagePort.on…'],
    ],
    [
      'functions and properties of the window',
      '/window',
      ['setTimeout', 'requestAnimationFrame'],
      ['setTimeout', 'requestAnimationFrame', 'ResizeObserver', 'onerror'],
    ],
    [
      'the removal of listeners',
      '/removing',
      ['a listener'],
      ['EventTarget.removeEventListener', 'EventTarget.addEventListener'],
    ],
  ])('that froze %s', (_, path, missing, names) => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await pages.open(path);
      return page.close;
    });

    test('keeps contexts over everything else', async () => {
      const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

      expect(seen).toEqual(flowsKept(seen, missing));
      expect(await page.evaluate('seenSynchronously()')).toEqual(seenSynchronously);
    });

    test('delivers lines, and is told one sentence that names them', async () => {
      const there = await page.evaluate<string[]>(
        `${JSON.stringify(names)}.filter((name) => name !== 'ReadableStream.from' || ReadableStream.from)`,
      );

      expect(await troublesOfLogging(logIn(page))).toEqual([
        {
          kind: 'tracking',
          message: `Contexts are not carried over what this page has frozen: ${there.join(', ')}.`,
        },
      ]);
    });

    test('has heard of no error, its classes are their prototypes’ constructors, its listeners can be removed', async () => {
      const seen = await page.evaluate(`(() => {
        let calls = 0;
        const target = new EventTarget();
        const listener = () => calls++;
        target.addEventListener('news', listener);
        target.removeEventListener('news', listener);
        target.dispatchEvent(new Event('news'));
        const classes = [MutationObserver, ResizeObserver, ReadableStream];
        return [complaints, calls, classes.map((Class) => Class.prototype.constructor === Class)];
      })()`);

      expect(seen).toEqual([[], 0, [true, true, true]]);
    });
  });

  test('that froze listeners and loads the SDK twice is told the same sentence by the second', async () => {
    const page = await pages.open('/listeners-twice');
    const [trouble] = await troublesOfLogging(logIn(page));

    expect(trouble?.message).toMatch(/^Contexts are not carried over what this page has frozen: EventTarget\./);
  });

  test('that sealed listeners and an observer keeps contexts, and has no trouble', async () => {
    const page = await pages.open('/sealed');
    const seen = await page.evaluate<{ [kind: string]: string }>('seenFlows()');

    expect(seen).toEqual(flowsKept(seen));
    expect(await troublesOfLogging(logIn(page))).toEqual([]);
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
