// What the package costs a page, measured; the README may say nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';
import { beforeAll, expect, test } from 'vitest';
import { root } from './packed.js';

const sizes = new Map<string, number>();
beforeAll(async () => {
  sizes.set('timberlog.min.js', brotliBytes(readFileSync(join(root, 'dist/timberlog.min.js'), 'utf8')));
  sizes.set('timberlog/browser', brotliBytes(await bundled('dist/browser.js')));
  sizes.set('timberlog/untracked', brotliBytes(await bundled('dist/untracked.js')));
  sizes.set('timberlog/workers', brotliBytes(await bundled('dist/workers.js')));
  for (const [name, bytes] of sizes) console.log(`${name}: ${bytes} bytes, minified and brotli-compressed`);
});

test('README.md states the size of the script build, and every size that it states is the measured one', () => {
  const stated = statedSizes(readFileSync(join(root, 'README.md'), 'utf8'));
  expect(stated.map(({ name }) => name)).toContain('timberlog.min.js');
  const wrong = stated.filter(({ name, kilobytes }) => !agrees(sizes.get(name)!, kilobytes));
  expect(
    wrong.map(({ name, kilobytes }) => `${name}: ${kilobytes} KB stated, ${sizes.get(name)} bytes measured`),
  ).toEqual([]);
});

/** In README.md: the name in backticks, and later in the same line, before the next backtick, `17.9 KB`. */
function statedSizes(readme: string): { name: string; kilobytes: string }[] {
  const pattern = /`(timberlog\.min\.js|timberlog\/(?:browser|untracked|workers))`[^`\n]*?(\d+(?:\.\d+)?) KB/g;
  return [...readme.matchAll(pattern)].map(([, name, kilobytes]) => ({ name: name!, kilobytes: kilobytes! }));
}

/** KB are 1,000 bytes. Beyond rounding, brotli of another Node version may differ by a few bytes. */
function agrees(bytes: number, kilobytes: string): boolean {
  const decimals = kilobytes.split('.')[1]?.length ?? 0;
  return Math.abs(bytes - Number(kilobytes) * 1_000) <= 500 / 10 ** decimals + 20;
}

/** As an application's bundler leaves a build that is used whole. */
async function bundled(file: string): Promise<string> {
  const plugins = [nodeResolve(), terser({ ecma: 2020, module: true })];
  const bundle = await rollup({ input: join(root, file), external: [/^node:/], plugins });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return output[0].code;
}

const brotliBytes = (text: string) => brotliCompressSync(text).length;
