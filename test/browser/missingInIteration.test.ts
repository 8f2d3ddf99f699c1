// Awaits that the engine makes by itself, of values that are no promises: the context is missing after them.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

describeInEngines('the context', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine());
    return flowPage.close;
  });

  test.each(['return 1', 'return await tick()'])(
    'is missing in the finally of an async generator after %s',
    async (returns) => {
      const seen = await flowPage.page.evaluate(`timber.context({ flow: 'a' }, async () => {
      const flows = [];
      async function* numbers() {
        try {
          yield 0;
          ${returns};
        } finally {
          flows.push(String(flow()));
        }
      }
      for await (const number of numbers()) flows.push(flow());
      flows.push(flow());
      return flows;
    })`);

      expect(seen).toEqual(['a', 'undefined', 'a']);
    },
  );

  test('is kept in the finally of an async generator after the return of a promise', async () => {
    const seen = await flowPage.page.evaluate(`timber.context({ flow: 'a' }, async () => {
      const flows = [];
      async function* numbers() {
        try {
          return tick();
        } finally {
          flows.push(String(flow()));
        }
      }
      for await (const number of numbers());
      return flows;
    })`);

    expect(seen).toEqual(['a']);
  });

  test('is missing in callbacks of Array.fromAsync after the first plain value, and kept after it', async () => {
    const seen = await flowPage.page.evaluate(`timber.context({ flow: 'a' }, async () => {
      const flows = [];
      await Array.fromAsync([1, 2], () => flows.push(String(flow())));
      flows.push(flow());
      return flows;
    })`);

    expect(seen).toEqual(['a', 'undefined', 'a']);
  });
});
