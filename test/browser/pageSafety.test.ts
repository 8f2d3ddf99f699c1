// The same script in the same engine, with the SDK and without: outside of contexts it can tell no difference, whatever
// contexts do elsewhere on the page. What differs all the same is in pageSafetyDifferences.test.ts.
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { besideContexts, items } from './fixtures/safety/all.js';
import { openSafetyPages, pendingAwait, type SafetyPages, sdk } from './safetyPages.js';

/** What an await that is pending in a context changes elsewhere, with the engines that show it. */
const changedByPendingAwait = new Map([
  ['reading the constructor of a rejected promise handles nothing', ['chromium', 'firefox', 'webkit']],
  // V8's `at async` lines; see asyncStacks.test.ts.
  ['the stack of an error shows the async callers', ['chromium']],
]);

describeInEngines('a page', (engine) => {
  let pages: SafetyPages;
  beforeAll(async () => {
    pages = await openSafetyPages(engine(), { without: '', with: sdk, pending: pendingAwait });
    return pages.close;
  });

  describe('with the SDK', () => {
    for (const title of items.keys()) {
      test(title, async ({ skip }) => {
        const without = await pages.observe('without', title);
        if (without.lacks) skip(`not applicable: ${without.lacks}`);

        expect(await pages.observe('with', title)).toEqual(without);
      });
    }
  });

  describe('with the SDK, while an await in a context is pending for ever', () => {
    for (const title of [...items.keys(), ...besideContexts.keys()]) {
      test(title, async ({ skip }) => {
        const without = await pages.observe('without', title);
        if (without.lacks) skip(`not applicable: ${without.lacks}`);
        const isChanged = changedByPendingAwait.get(title)?.includes(engine().name) ?? false;

        const observed = await pages.observe('pending', title);

        if (isChanged) expect(observed).not.toEqual(without);
        else expect(observed).toEqual(without);
      });
    }
  });

  test('of new globals there are those listed and no more, and timber alone is enumerable', async () => {
    const listed = [
      'Symbol(timberlog.context.1)',
      'Symbol(timberlog.tracking.1)',
      'Zone',
      '__zone_symbol__Promise',
      'timber',
    ];
    const without: string[] = await pages.evaluate('without', 'Reflect.ownKeys(globalThis).map(String)');
    const withSdk: string[] = await pages.evaluate('with', 'Reflect.ownKeys(globalThis).map(String)');
    const enumerable = await pages.evaluate(
      'with',
      `${JSON.stringify(listed)}.filter((key) => Object.keys(globalThis).includes(key))`,
    );

    expect(withSdk.filter((key) => !without.includes(key)).sort()).toEqual(listed);
    expect(without.filter((key) => !withSdk.includes(key))).toEqual([]);
    expect(enumerable).toEqual(['timber']);
  });
});
