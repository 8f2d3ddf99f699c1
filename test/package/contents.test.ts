// What is in the files of the package, and what must not be.

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { namesIn } from './compile.js';
import { type Packed, pack, root } from './packed.js';

let packed: Packed;
beforeAll(() => {
  packed = pack();
});
afterAll(() => packed?.remove());

const bundles = ['dist/browser.js', 'dist/untracked.js', 'dist/workers.js', 'dist/workerd.js', 'dist/timberlog.min.js'];

test('holds the bundles, their maps, the declarations and the papers, nothing else', () => {
  const expected =
    /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|NOTICE\.md|dist\/[a-z.]+\.js(\.map)?|dist\/types\/.+\.d\.ts(\.map)?)$/;
  expect(packed.files.filter((file) => !expected.test(file))).toEqual([]);
});

test.each(['dist/browser.js', 'dist/untracked.js', 'dist/timberlog.min.js'])(
  '%s asks for nothing of Node',
  (bundle) => {
    expect(/['"`]node:/.exec(packed.text(bundle))).toBeNull();
  },
);

test.each(['dist/browser.js', 'dist/untracked.js'])('%s imports idb-keyval and nothing else', (bundle) => {
  expect([...namesIn(packed.text(bundle)).imports]).toEqual(['idb-keyval']);
});

test('dist/timberlog.min.js imports nothing', () => {
  expect([...namesIn(packed.text('dist/timberlog.min.js')).imports]).toEqual([]);
});

test('dist/workers.js imports, when it needs them, two of Node’s own modules and nothing else, where a bundler looks', () => {
  const text = packed.text('dist/workers.js');
  expect([...namesIn(text).imports].sort()).toEqual(['node:async_hooks', 'node:diagnostics_channel']);
  expect(text.match(/^import .*/gm)).toBeNull();
});

test('dist/workerd.js imports cloudflare:workers too, when it is there', () => {
  const text = packed.text('dist/workerd.js');
  const expected = ['cloudflare:workers', 'node:async_hooks', 'node:diagnostics_channel'];
  expect([...namesIn(text).imports].sort()).toEqual(expected);
  expect(text.match(/^import .*/gm)).toBeNull();
});

test('dist/workers.js has no zone.js and no IndexedDB in it', () => {
  const { identifiers } = namesIn(packed.text('dist/workers.js'));
  expect([...identifiers].filter((name) => /zone|indexeddb|idbkeyval/i.test(name))).toEqual([]);
});

test('dist/untracked.js has no zone.js in it, nor what tracks', () => {
  const { sources } = JSON.parse(packed.text('dist/untracked.js.map'));
  const scopes = sources
    .filter((source: string) => source.includes('/scope/'))
    .map((path: string) => posix.basename(path));
  expect(scopes.sort()).toEqual(['outsideZone.ts', 'syncScope.ts']);
  expect(/ZoneDelegate|__zone_symbol__/.exec(packed.text('dist/untracked.js'))).toBeNull();
  expect(/ZoneDelegate/.test(packed.text('dist/browser.js'))).toBe(true);
});

test('zone.js brings its licence into the script build', () => {
  expect(/@license Angular/.test(packed.text('dist/timberlog.min.js'))).toBe(true);
});

describe.each(bundles)('the source map of %s', (bundle) => {
  const mapOf = () => JSON.parse(packed.text(`${bundle}.map`));

  test('is named by the last line', () => {
    expect(packed.text(bundle).trimEnd().split('\n').at(-1)).toBe(`//# sourceMappingURL=${posix.basename(bundle)}.map`);
  });

  test('carries the text of every source, as it stands in the repository', () => {
    const { version, sources, sourcesContent } = mapOf();
    const stale = sources.filter(
      (source: string, i: number) => sourcesContent[i] !== readFileSync(posix.join(root, 'dist', source), 'utf8'),
    );
    expect({ version, stale }).toEqual({ version: 3, stale: [] });
    expect(sources).toContain('../src/core/logger.ts');
  });

  test('leads from a sentence in the bundle to the line of the source that says it', () => {
    const map = mapOf();
    const sentence = /'([A-Z][a-z ]{15,})/.exec(map.sourcesContent[map.sources.indexOf('../src/core/logger.ts')])?.[1];
    const before = packed.text(bundle).split(sentence!)[0]!.split('\n');
    const found = new SourceMap(map).findEntry(before.length - 1, before.at(-1)!.length) as any;
    const source = map.sourcesContent[map.sources.indexOf(found.originalSource)];
    expect(source.split('\n')[found.originalLine]).toContain(sentence);
  });
});
