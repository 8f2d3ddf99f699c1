// Dexie, loaded before the SDK or after it, used in no context and in contexts.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInEngines, type EnginePage } from '../support/engines.js';
import { type PageServer, startPageServer } from '../support/pageServer.js';
import { programs } from './fixtures/safety/dexie.js';
import { fixtures, sdk } from './safetyPages.js';

const dexieJs = readFileSync(new URL('../../node_modules/dexie/dist/dexie.min.js', import.meta.url), 'utf8');
const dexie = '<script src="/dexie.js"></script>';
const rest = '<script type="module" src="/safety/dexie.js"></script>';

/** The flows that code of each flow saw: each once, in the order of the first time. */
type Seen = { [flow: string]: string[] };

describeInEngines('Dexie', (engine) => {
  let server: PageServer;
  const pages: { [path: string]: EnginePage } = {};
  beforeAll(async () => {
    const page = (scripts: string) => `<!doctype html><link rel="icon" href="data:,"><body>${scripts}${rest}`;
    server = await startPageServer({
      folder: fixtures,
      routes: {
        '/dexie.js': dexieJs,
        '/without': page(dexie),
        '/before': page(dexie + sdk),
        '/after': page(sdk + dexie),
        '/in-a-context': page(`${sdk}<script src="/loadInContext.js"></script>`),
        '/loadInContext.js': `timber.context({ flow: 'loading' }, () => {\n${dexieJs}\n});`,
      },
    });
    for (const path of ['without', 'before', 'after', 'in-a-context']) {
      pages[path] = await engine().open(`${server.url}/${path}`);
      await pages[path].evaluate('import("/safety/dexie.js").then(() => true)');
    }
    return async () => {
      for (const page of Object.values(pages)) await page.close();
      await server.close();
    };
  });

  describe.each([
    ['loaded before the SDK', 'before'],
    ['loaded after the SDK', 'after'],
    ['loaded in a context', 'in-a-context'],
  ])('%s', (_, path) => {
    test.each(Object.keys(programs))('%s alike in no context', async (name) => {
      const without = await pages.without!.evaluate(`runProgram('${name}')`);

      expect(await pages[path]!.evaluate(`runProgram('${name}')`)).toEqual(without);
    });

    test.each(Object.keys(programs))('%s alike in a context', async (name) => {
      const without = await pages.without!.evaluate(`runProgram('${name}')`);

      const inContext = await pages[path]!.evaluate(`timber.context({ flow: 'a' }, () => runProgram('${name}'))`);

      expect(inContext).toEqual(without);
    });

    test.each(Object.keys(programs))('%s alike in two contexts and in none at once', async (name) => {
      const without = await pages.without!.evaluate(`runProgram('${name}')`);

      const all: unknown[] = await pages[path]!.evaluate(`Promise.all([
        timber.context({ flow: 'a' }, () => runProgram('${name}')),
        runProgram('${name}'),
        timber.context({ flow: 'b' }, () => runProgram('${name}')),
      ])`);

      expect(all).toEqual([without, without, without]);
    });

    test('shows flows that overlap their own context, or none', async () => {
      const seen = await pages[path]!.evaluate<Seen>('runFlows({ isAtOnce: false })');

      expect(seen.none).toEqual(['none']);
      expect(seen.a).toEqual(['a', 'none']);
      expect(seen.b).toEqual(['b', 'none']);
    });

    // A queue that a library keeps and works off by itself is one callback to us: that of whoever set it off.
    test('starts transactions that were asked for in one turn in the context of the first', async () => {
      const seen = await pages[path]!.evaluate<Seen>('runFlows({ isAtOnce: true })');

      expect(seen).toEqual({ a: ['a', 'none'], none: ['a', 'none'], b: ['a', 'none'] });
    });
  });
});
