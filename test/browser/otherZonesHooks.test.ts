// What runs in zones of zone.js, and what these zones do by themselves around it, in a page with the SDK.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines, type EnginePage } from '../support/engines.js';
import { type OtherPages, sdk, serveOtherPages, zoneJs } from './otherPages.js';

const hooks = '<script src="/tracking/flows.js"></script><script src="/tracking/zoneHooks.js"></script>';

describeInEngines('zone.js', (engine) => {
  let pages: OtherPages;
  beforeAll(async () => {
    pages = await serveOtherPages(engine(), {
      '/zone-before': zoneJs + sdk + hooks,
      '/zone-after': sdk + zoneJs + hooks,
      '/alone': sdk + hooks,
    });
    return pages.close;
  });

  describe.each(['/zone-before', '/zone-after'])('%s', (path) => {
    let page: EnginePage;
    beforeAll(async () => {
      page = await pages.open(path);
      return page.close;
    });

    test('what is called through a zone has its context, and gets this and arguments', async () => {
      const seen = await page.evaluate('calls()');

      expect(seen).toEqual({ run: [1, 2, 'a'], runGuarded: [1, 2, 'a'], wrap: [1, 2, 'a'], macroTask: [1, 2, 'a'] });
    });

    test('a task has the context of the zone that was asked to schedule it', async () => {
      const seen = await page.evaluate('scheduled()');

      expect(seen).toEqual({
        ...{ microTask: 'a', macroTask: 'a', eventTask: ['a', 'a'], timeout: 'a' },
        ...{ cancelled: [], inZone: 'none', again: 'none' },
      });
    });

    test('what waits for a promise has the context in which it began to wait, whoever settles it', async () => {
      expect(await page.evaluate('shared()')).toEqual({ outside: 'none', inB: 'b' });
    });

    test('hooks run in no context, but for the one that is told of an error', async () => {
      const seen = await page.evaluate('hookFlows()');

      expect(seen).toEqual({
        callbacks: ['a'],
        ...{ onInvoke: ['none'], onInvokeTask: ['none'], onHasTask: ['none'] },
        ...{ onScheduleTask: ['a'], onCancelTask: ['a'], onHandleError: ['a'] },
      });
    });

    test('hooks see the same zones, tasks and counts as without contexts', async () => {
      const { inContext, inNone } = await page.evaluate<{ inContext: unknown[]; inNone: unknown[] }>('hookCalls()');

      expect(inContext).toEqual(inNone);
      expect(inContext.length).toBeGreaterThan(20);
    });

    test('a hook may run a callback in another zone, and have a task scheduled by another', async () => {
      const seen = await page.evaluate('otherZone()');

      expect(seen).toEqual({ run: ['other', 'a'], task: ['other', 'a'], moved: ['other', 'a'] });
    });

    test('a rejection that nobody handles is told in the context of what was rejected', async () => {
      const seen = await page.evaluate('rejections()');

      expect(seen).toEqual({ 'in a': 'a', 'in none, after a task of a': 'none' });
    });

    test('what has failed in a context says nothing of what fails later', async () => {
      expect(await page.evaluate('failures()')).toEqual(['a', 'none', 'none']);
    });
  });
  test.each([
    ['/zone-before', 'b'],
    ['/zone-after', 'b'],
    ['/alone', 'none'],
  ])('%s: what runs in a zone that was current before has its context, or in none %s', async (path, inNone) => {
    const page = await pages.open(path);

    expect(await page.evaluate('capturedZones()')).toEqual({ ofA: ['a', 'a'], ofNone: ['none', inNone] });
  });
});
