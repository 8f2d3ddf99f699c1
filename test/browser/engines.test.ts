// The rig for three engines: what a suite that runs in them may rely on.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeInEngines } from '../support/engines.js';
import { type PageServer, startPageServer, withScript } from '../support/pageServer.js';

const strictCsp = "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'";

const oddities = `
  for (const name of ['Promise', 'Array', 'Function', 'Error', 'Object']) {
    Object.freeze(globalThis[name]);
    Object.freeze(globalThis[name].prototype);
  }
  globalThis.Symbol = null;
  globalThis.String = null;`;

let server: PageServer;
beforeAll(async () => {
  const headers = { 'content-security-policy': strictCsp };
  const routes = {
    '/': withScript('globalThis.own = 1; const lexical = 2;'),
    '/odd': `<script>${oddities}</script>`,
    '/csp': { body: withScript("let forbids; try { eval('1'); } catch (error) { forbids = error.name; }"), headers },
  };
  server = await startPageServer({ routes });
});
afterAll(() => server.close());

describeInEngines('a page', (engine, name) => {
  test('is a secure context with the script build', async () => {
    const page = await engine().open(server.url);

    expect(await page.evaluate(() => [isSecureContext, timber.context({ a: 1 }, () => timber.context.get())])).toEqual([
      true,
      { a: 1 },
    ]);
  });

  test('is visible and draws, also beside another', async () => {
    const [page] = await Promise.all([engine().open(server.url), engine().open(server.url)]);

    const seen = await page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
      return document.visibilityState;
    });

    expect(seen).toBe('visible');
  });

  test('evaluates in its own world', async () => {
    const page = await engine().open(server.url);

    expect(await page.evaluate('own + lexical // a comment')).toBe(3);
  });

  test('evaluates under a CSP and Trusted Types that forbid eval', async () => {
    const page = await engine().open(`${server.url}/csp`);

    expect(await page.evaluate('[typeof timber, typeof forbids]')).toEqual(['object', 'string']);
  });

  test('waits for promises', async () => {
    const page = await engine().open(server.url);

    expect(await page.evaluate('[await 1, await new Promise((resolve) => setTimeout(resolve, 10, null))]')).toEqual([
      1,
      null,
    ]);
  });

  test('lets no microtask in before the code has run, also when that dispatches events', async () => {
    const page = await engine().open(server.url);

    const order = await page.evaluate(async () => {
      const order: string[] = [];
      const target = new EventTarget();
      target.addEventListener('news', () => order.push('listener'));
      queueMicrotask(() => order.push('microtask'));
      target.dispatchEvent(new Event('news'));
      order.push('end');
      await null;
      return order;
    });

    expect(order).toEqual(['listener', 'end', 'microtask']);
  });

  test('gives undefined for what JSON has no word for', async () => {
    const page = await engine().open(server.url);

    expect(await page.evaluate(() => {})).toBeUndefined();
  });

  test('gives back what was thrown, with its name, message and stack', async () => {
    const page = await engine().open(server.url);

    const thrown = page.evaluate(async function thrower() {
      throw new RangeError('too far');
    });

    await expect(thrown).rejects.toMatchObject({
      name: 'RangeError',
      message: 'too far',
      stack: expect.stringContaining('thrower'),
    });
  });

  test('rejects what is no JavaScript', async () => {
    const page = await engine().open(server.url);

    await expect(page.evaluate('no way')).rejects.toThrow(/unexpected|missing/i);
  });

  test('rejects when there is no answer in time, and answers again', async () => {
    const page = await engine().open(server.url);

    const late = page.evaluate('new Promise(() => {})', 100);

    await expect(late).rejects.toThrow('The page gave no answer within 100 ms to: new Promise');
    expect(await page.evaluate('1')).toBe(1);
  });

  test('answers while another is waited for', async () => {
    const page = await engine().open(server.url);
    const other = await engine().open(server.url);

    const heard = page.evaluate(
      () => new Promise((resolve) => new BroadcastChannel('said').addEventListener('message', (e) => resolve(e.data))),
    );
    await other.evaluate("setInterval(() => new BroadcastChannel('said').postMessage(location.pathname), 20)");

    expect(await heard).toBe('/');
  });

  test('evaluates where globals are frozen, replaced or gone', async () => {
    const page = await engine().open(`${server.url}/odd`);

    expect(await page.evaluate('[await 1, Object.isFrozen(Promise.prototype)]')).toEqual([1, true]);
    await expect(page.evaluate('null.name')).rejects.toThrow(/null/);
  });

  test('closes while it is busy, and leaves others alone', async () => {
    const page = await engine().open(server.url);
    const busy = page.evaluate('(() => { while (true); })()', 200);
    await expect(busy).rejects.toThrow('no answer');
    await page.close();

    const other = await engine().open(server.url);

    expect(await other.evaluate('own')).toBe(1);
  });

  // WebKit's driver has no say in permissions.
  if (name !== 'webkit') {
    test('may know where it is and may not notify', async () => {
      const page = await engine().open(server.url);

      const seen = await page.evaluate(async () => {
        const position = await new Promise<GeolocationPosition>((resolve, reject) => {
          navigator.geolocation.getCurrentPosition(resolve, reject);
        });
        return [position.coords.latitude, Notification.permission];
      });

      expect(seen).toEqual([0, 'denied']);
    });
  }

  test('goes to another address', async () => {
    const page = await engine().open(server.url);
    await page.goto(`${server.url}/csp`);

    expect(await page.evaluate('location.pathname')).toBe('/csp');
  });
});

describeInEngines('native await', (engine) => {
  test('keeps the context', async () => {
    const page = await engine().open(server.url);

    const seen = await page.evaluate(async () => {
      const kept = await timber.context({ flow: 'a' }, async () => {
        await new Promise((resolve) => setTimeout(resolve));
        const early = timber.context.get();
        await Promise.resolve();
        return [early, timber.context.get()];
      });
      return [...kept, timber.context.get()];
    });

    expect(seen).toEqual([{ flow: 'a' }, { flow: 'a' }, {}]);
  });

  test('gives each of 50 flows that overlap its own context', async () => {
    const page = await engine().open(server.url);

    const counts = await page.evaluate(async () => {
      const counts = { right: 0, wrong: 0, lost: 0 };
      const see = (flow: unknown, wanted: unknown) =>
        counts[flow === wanted ? 'right' : flow === undefined ? 'lost' : 'wrong']++;
      const flows = Array.from({ length: 50 }, (_, n) =>
        timber.context({ n }, async () => {
          for (let step = 0; step < 20; step++) {
            if ((n + step) % 3 === 0) await new Promise((resolve) => setTimeout(resolve, (n * step) % 7));
            else await Promise.resolve(step);
            see(timber.context.get().n, n);
          }
        }),
      );
      for (let turn = 0; turn < 100; turn++) {
        await Promise.resolve();
        see(timber.context.get().n, undefined);
      }
      await Promise.all(flows);
      return counts;
    });

    expect(counts).toEqual({ right: 1_100, wrong: 0, lost: 0 });
  });
});
