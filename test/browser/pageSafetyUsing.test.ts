// `using _ = context(…)`: for synchronous code. One that stays open is closed at the end of its turn, with one sentence
// of trouble, and code of later turns sees nothing of it.
import { transform } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { startCollector } from '../support/collector.js';
import { describeInEngines } from '../support/engines.js';
import { type EngineFlowPage, openFlowPageIn } from './flowPage.js';

/** The flows that code sees, and the troubles told until its turn and the next are over. */
interface Told {
  flows: unknown[];
  troubles: { kind: string; message: string; count: number }[];
}

const sentence =
  'A `using _ = context(…)` block was still open at the end of its turn and was closed there; ' +
  'it is for synchronous code, the callback form is for async functions.';

describeInEngines('a using block', (engine) => {
  let flowPage: EngineFlowPage;
  beforeAll(async () => {
    flowPage = await openFlowPageIn(engine());
    return flowPage.close;
  });

  /** What code sees: statements that call note. `close(block)` ends a block as `using` does; waits is waited for. */
  async function run(code: string): Promise<Told> {
    const collector = await startCollector();
    return flowPage.page.evaluate(`(async () => {
      const flows = [];
      const waits = [];
      const note = () => void flows.push(flow() ?? 'none');
      const close = (block) => block[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
      const troubles = [];
      const onTrouble = ({ kind, message, count }) => void troubles.push({ kind, message, count });
      const logger = timber.createLogger({ endpoint: '${collector.endpoint}', onTrouble, buffer: { persist: false } });
      await tick();
      await new Promise((resolve) => setTimeout(() => {
        setTimeout(() => setTimeout(resolve));
        ${code}
      }));
      await Promise.all(waits);
      note();
      await logger.close();
      return { flows, troubles };
    })()`);
  }

  test('has its context until it ends, and in what was started inside it', async () => {
    const told = await run(`
      const block = timber.context({ flow: 'a' });
      note();
      setTimeout(note);
      close(block);
      note();`);

    expect(told).toEqual({ flows: ['a', 'none', 'a', 'none'], troubles: [] });
  });

  test('that stays open is closed at the end of its turn, with one sentence of trouble', async () => {
    const told = await run(`
      timber.context({ flow: 'a' });
      note();
      setTimeout(() => {
        timber.context({ flow: 'b' });
        note();
      });`);

    expect(told.flows).toEqual(['a', 'b', 'none']);
    expect(told.troubles).toEqual([{ kind: 'using', message: sentence, count: 1 }]);
  });

  test('that stays open is not seen by listeners, timers and messages of later turns', async () => {
    const told = await run(`
      const { port1, port2 } = new MessageChannel();
      waits.push(new Promise((resolve) => {
        port1.onmessage = () => resolve(note());
      }));
      port2.postMessage(0);
      setTimeout(note);
      const target = new EventTarget();
      target.addEventListener('news', note);
      timber.context({ flow: 'a' });
      target.dispatchEvent(new Event('news'));`);

    expect(told.flows).toEqual(['none', 'none', 'none', 'none']);
  });

  test('that is closed after its turn restores nothing', async () => {
    const told = await run(`
      setTimeout(() => {
        timber.context({ flow: 'b' }, () => {
          close(block);
          note();
          close(block);
          note();
        });
        note();
      });
      const block = timber.context({ flow: 'a' });`);

    expect(told.flows).toEqual(['b', 'b', 'none', 'none']);
    expect(told.troubles).toHaveLength(1);
  });

  test('inside others ends without them, in any order', async () => {
    const told = await run(`
      timber.context({ flow: 'callback' }, () => {
        const outer = timber.context({ flow: 'outer' });
        const inner = timber.context({ flow: 'inner' });
        note();
        close(outer);
        note();
        close(inner);
        note();
      });
      note();`);

    expect(told).toEqual({ flows: ['inner', 'inner', 'callback', 'none', 'none'], troubles: [] });
  });

  test('that stays open in a callback form ends with it', async () => {
    const told = await run(`
      timber.context({ flow: 'callback' }, () => {
        timber.context({ flow: 'block' });
        note();
      });
      note();`);

    expect(told.flows).toEqual(['block', 'none', 'none']);
    expect(told.troubles).toHaveLength(1);
  });

  test('held across an await is closed at the end of its turn, and what others do next sees none', async () => {
    const told = await run(`
      const hold = async () => {
        const block = timber.context({ flow: 'a' });
        await null;
        await tick();
        close(block);
      };
      const other = async () => {
        await tick();
        note();
      };
      other();
      hold().then(() => {});
      setTimeout(note);`);

    expect(told.flows.filter((flow) => flow !== 'none' && flow !== 'a')).toEqual([]);
    expect(told.flows.at(-1)).toBe('none');
    expect(told.troubles).toHaveLength(1);
  });

  test('as a compiler writes it ends with its block, also when that throws', async () => {
    const { code } = await transform(
      `{
        using _ = timber.context({ flow: 'a' });
        note();
      }
      note();
      try {
        using _ = timber.context({ flow: 'b' });
        note();
        throw new Error('thrown');
      } catch (error) {
        note();
        flows.push(error.message);
      }`,
      { target: 'es2022' },
    );
    expect(code).not.toContain('using _');

    const told = await run(code);

    expect(told).toEqual({ flows: ['a', 'none', 'b', 'none', 'thrown', 'none'], troubles: [] });
  });

  test('as the engine runs it ends with its block', async ({ skip }) => {
    const isKnown = await flowPage.page.evaluate<boolean>(`(() => {
      try {
        return Boolean(new Function('using _ = null;'));
      } catch {
        return false;
      }
    })()`);
    if (!isKnown) skip('not applicable: the engine has no using');

    const told = await run(`
      {
        using _ = timber.context({ flow: 'a' });
        note();
      }
      note();`);

    expect(told).toEqual({ flows: ['a', 'none', 'none'], troubles: [] });
  });
});
