// A request that blocks: Firefox runs callbacks of other code while it waits for the answer.
import { setTimeout as passMs } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

describeInEngines('a synchronous request in a context', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine(), { '/slow': () => passMs(500, 'late') });
    return flowPage.close;
  });

  test('is not seen to be one by callbacks of no context that run meanwhile, nor by what these start', async () => {
    const seen = await flowPage.inPage(async () => {
      const flows: { [kind: string]: string } = {};
      const note = (kind: string) => {
        flows[kind] = String(flow());
      };
      const blob = new Promise<void>((resolve) => {
        document.createElement('canvas').toBlob(() => {
          note('toBlob');
          setTimeout(() => {
            note('timer of toBlob');
            resolve();
          });
        });
      });
      const lock = navigator.locks.request('lock', async () => {
        note('lock');
        await fetch('/answer.json');
        note('await in lock');
      });
      const text = timber.context({ flow: 'a' }, () => {
        const request = new XMLHttpRequest();
        request.open('GET', '/slow', false);
        request.onload = () => note('onload of its own');
        request.send();
        note('after it');
        return request.responseText;
      });
      await Promise.all([blob, lock]);
      return { text, ...flows };
    });

    expect(seen).toEqual({
      text: 'late',
      toBlob: 'undefined',
      'timer of toBlob': 'undefined',
      lock: 'undefined',
      'await in lock': 'undefined',
      'onload of its own': 'a',
      'after it': 'a',
    });
  });
});
