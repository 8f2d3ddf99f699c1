// Native `await` where contexts meet: of flows that share a promise each keeps its own, and code outside sees none.
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

describeInEngines('native await', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine());
    return flowPage.close;
  });

  test('runs then, catch and finally callbacks in the context in which they were added', async () => {
    const seen = await flowPage.inPage(async () => {
      const flows: unknown[] = [];
      const shared = tick();
      const see = () => void flows.push(flow());
      await Promise.all([
        timber.context({ flow: 'a' }, () => shared.then(see)),
        timber.context({ flow: 'b' }, () => shared.finally(see)),
        timber.context({ flow: 'c' }, () => failure().catch(see)),
        shared.then(see),
      ]);
      return flows.map(String).sort();
    });

    expect(seen).toEqual(['a', 'b', 'c', 'undefined']);
  });

  test('gives each of two flows that await one promise its own context', async () => {
    const seen = await flowPage.inPage(async () => {
      const shared = tick();
      const read = async () => {
        await shared;
        return String(flow());
      };
      return Promise.all([timber.context({ flow: 'a' }, read), timber.context({ flow: 'b' }, read), read()]);
    });

    expect(seen).toEqual(['a', 'b', 'undefined']);
  });

  test.each([
    ['Promise.resolve', 'Promise.resolve(pending)'],
    ['Promise.all', 'Promise.all([pending])'],
    ['Promise.try', 'Promise.try(() => pending)'],
    ['Promise.try of a stranger', 'pending.constructor.try(() => pending)'],
    ['then', 'pending.then(() => {})'],
    ['finally', 'pending.finally(() => {})'],
    ['finally with a promise', 'pending.finally(() => tick())'],
    ['an async function', '(async () => { await pending; })()'],
    ['an async function that returns it', '(async () => pending)()'],
    ['a resolve function', 'new Promise((resolve) => resolve(pending))'],
  ])('shows no context to code outside that awaits what %s made in one', async (_, expression) => {
    const seen = await flowPage.page.evaluate(`(async () => {
    const pending = tick();
    const made = timber.context({ flow: 'a' }, () => ${expression});
    const awaiting = async () => {
      await made;
      return String(flow());
    };
    return Promise.all([awaiting(), awaiting(), made.then(() => String(flow()))]);
  })()`);

    expect(seen).toEqual(['undefined', 'undefined', 'undefined']);
  });

  test('restores the outer context after an inner one that awaited and threw', async () => {
    const seen = await flowPage.inFlow(async () => {
      const reason = await timber
        .context({ flow: 'b' }, async () => {
          await tick();
          throw flow();
        })
        .catch((thrown: unknown) => thrown);
      return [reason, flow()];
    });

    expect(seen).toEqual(['b', 'a']);
  });

  test('keeps a context that was entered between two awaits', async () => {
    const seen = await flowPage.inPage(async () => {
      await tick();
      const inner = timber.context({ flow: 'a' }, async () => {
        await tick();
        return flow();
      });
      const between = String(flow());
      return [between, await inner, String(flow())];
    });

    expect(seen).toEqual(['undefined', 'a', 'undefined']);
  });
});
