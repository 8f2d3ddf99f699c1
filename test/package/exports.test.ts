// Which file of the package an application gets, and that it gets one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { rollup } from 'rollup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packed, pack } from './packed.js';

let packed: Packed;
beforeAll(() => {
  packed = pack();
});
afterAll(() => packed?.remove());

test('publint finds nothing to say', async () => {
  const bytes = readFileSync(packed.tarball);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('every target of exports, unpkg and jsdelivr is in the package', () => {
  const { exports, unpkg, jsdelivr } = packed.manifest;
  const targets = [...targetsOf(exports), unpkg, jsdelivr].map((target) => target.slice('./'.length));
  expect(targets.filter((target) => !packed.files.includes(target))).toEqual([]);
});

// What each tool asks for, in its own words.
test.each([
  ['wrangler', ['workerd', 'worker', 'browser'], 'dist/workerd.js'],
  ['an edge function of Vercel', ['edge-light', 'worker', 'browser'], 'dist/workers.js'],
  ['Deno', ['deno', 'node'], 'dist/workers.js'],
  ['Bun', ['bun', 'node'], 'dist/workers.js'],
  ['Node', ['node'], 'dist/workers.js'],
  ['Vite for browsers', ['browser', 'development'], 'dist/browser.js'],
  ['a tool that knows no condition', [], 'dist/browser.js'],
])("'timberlog' is the right build for %s", async (_name, exportConditions, expected) => {
  expect(await resolve('timberlog', exportConditions)).toBe(expected);
});

test.each([
  ['timberlog/browser', ['workerd', 'node'], 'dist/browser.js'],
  ['timberlog/untracked', ['workerd', 'node'], 'dist/untracked.js'],
  ['timberlog/workers', ['browser'], 'dist/workers.js'],
  ['timberlog/workers', ['node'], 'dist/workers.js'],
  ['timberlog/timberlog.min.js', [], 'dist/timberlog.min.js'],
])("'%s' is the same wherever it is asked for (%j)", async (specifier, exportConditions, expected) => {
  expect(await resolve(specifier, exportConditions)).toBe(expected);
});

test("'timberlog/workers' is the same in Workers, with what only they have", async () => {
  expect(await resolve('timberlog/workers', ['workerd', 'worker', 'browser'])).toBe('dist/workerd.js');
});

test("Node imports 'timberlog' and logs with it", () => {
  const code = `import { context, createLogger } from 'timberlog';
    const texts = [];
    const transport = { send: async (body) => void texts.push(body.text) };
    const logger = createLogger({ endpoint: 'http://127.0.0.1:9/', transport });
    context({ job: { id: 123 } }, () => logger.info('from Node'));
    await logger.flush();
    console.log(texts.join(''));`;
  expect(JSON.parse(runInNode(code))).toMatchObject({
    message: 'from Node',
    context: { custom: { job: { id: 123 } } },
  });
});

test.each(['timberlog/browser', 'timberlog/untracked', 'timberlog/workers'])(
  "importing '%s' in Node throws nothing and patches nothing",
  (specifier) => {
    const code = `${snapshotSource}
    snapshot(); // Node fills some of its globals when they are first looked at
    await new Promise((resolve) => setImmediate(resolve));
    const before = snapshot();
    await import(${JSON.stringify(specifier)});
    await new Promise((resolve) => setImmediate(resolve));
    const after = snapshot();
    const names = new Set([...before.keys(), ...after.keys()]);
    console.log(JSON.stringify([...names].filter((name) => !Object.is(before.get(name), after.get(name)))));`;
    expect(JSON.parse(runInNode(code))).toEqual([]);
  },
);

test("an application that imports nothing of 'timberlog/untracked' gets nothing", async () => {
  expect((await bundle("import 'timberlog/untracked';")).trim()).toBe('');
});

test("one that imports 'timberlog/browser' for its tracking alone gets that", async () => {
  expect(await bundle("import 'timberlog/browser';")).toContain('ZoneDelegate');
});

test.each(['timberlog/browser', 'timberlog/untracked'])(
  "an application that takes only the context of '%s' gets no IndexedDB and no beacons",
  async (specifier) => {
    const whole = await bundle(`export * from '${specifier}';`);
    const part = await bundle(`export { context } from '${specifier}';`);
    const lacks = (code: string) => ['sendBeacon', 'IndexedDB', 'pagehide'].filter((word) => !code.includes(word));
    expect([lacks(whole), lacks(part).length]).toEqual([[], 3]);
  },
);

// Every own property of the global object and of the prototypes that context tracking patches in pages.
const snapshotSource = `
  function snapshot() {
    const seen = new Map();
    const owners = { globalThis, Promise, PromiseProto: Promise.prototype, EventTargetProto: EventTarget.prototype };
    for (const [owner, object] of Object.entries(owners)) {
      for (const name of Reflect.ownKeys(object)) {
        const { value, get } = Object.getOwnPropertyDescriptor(object, name);
        seen.set(owner + '.' + String(name), get ?? value);
      }
    }
    return seen;
  }`;

function runInNode(code: string): string {
  const args = ['--input-type=module', '--eval', code];
  return execFileSync(process.execPath, args, { cwd: packed.consumer, encoding: 'utf8' });
}

/** The file of the package that a bundler with these conditions takes for specifier. */
async function resolve(specifier: string, exportConditions: string[]): Promise<string> {
  const { watchFiles } = await rollupEntry(`import ${JSON.stringify(specifier)};`, exportConditions);
  return watchFiles.map((file) => relative(packed.folder, file).replaceAll('\\', '/')).join(', ');
}

/** What a bundler makes of an application's code for browsers. */
const bundle = async (code: string): Promise<string> => (await rollupEntry(code, ['browser'])).code;

async function rollupEntry(code: string, exportConditions: string[]) {
  const entry = join(packed.consumer, 'entry.js');
  const bundle = await rollup({
    input: entry,
    external: ['idb-keyval', /^node:/],
    onwarn: () => {}, // an entry without exports is the point here
    plugins: [
      {
        name: 'entry',
        load: (id) => (id === entry ? code : null),
        resolveId: (id) => (id === entry ? id : null),
      },
      nodeResolve({ exportConditions }),
    ],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return { code: output[0].code, watchFiles: bundle.watchFiles.filter((file) => file !== entry) };
}

function targetsOf(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(targetsOf);
}
