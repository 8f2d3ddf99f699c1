// What a Worker pays for: it gets what it imports, and nothing of the rest.
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { root } from './packed.js';

/** Sentences and names of fields that stand in one part alone. */
const parts = {
  withTimber: 'cf-connecting-ip',
  withTimberDurableObject: 'durable_object',
  withTimberEntrypoint: 'entrypoint:',
  withTimberWorkflow: 'workflow:',
  forEachMessage: 'message:{id',
};

test.each([
  [[], []],
  [['withTimber'], ['withTimber']],
  [
    ['withTimber', 'forEachMessage'],
    ['withTimber', 'forEachMessage'],
  ],
  [['withTimberWorkflow'], ['withTimberWorkflow']],
  [['withTimberEntrypoint'], ['withTimber', 'withTimberEntrypoint']],
  [['withTimberDurableObject'], ['withTimber', 'withTimberDurableObject']],
])('a Worker that wraps with %j has the code of %j', async (names, expected) => {
  const text = await bundled(['createLogger', 'context', ...names]);
  expect(Object.keys(parts).filter((name) => text.includes(parts[name as keyof typeof parts]))).toEqual(expected);
  console.log(`createLogger, context, ${names.join(', ')}: ${brotliCompressSync(text).length} bytes with brotli`);
});

test('a Worker that imports all has the code of all', async () => {
  const text = await bundled(['createLogger', ...Object.keys(parts)]);
  expect(Object.values(parts).filter((mark) => !text.includes(mark))).toEqual([]);
});

/** As wrangler bundles it. */
async function bundled(names: readonly string[]): Promise<string> {
  const file = join(root, 'dist/workerd.js');
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names.join(', ')} } from ${JSON.stringify(file)};`, resolveDir: root },
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2022' },
    external: ['node:*', 'cloudflare:*'],
    tsconfigRaw: '{}', // and not what lies around in folders above
  });
  return outputFiles[0]!.text;
}
