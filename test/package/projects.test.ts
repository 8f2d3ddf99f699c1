// The three projects compile, and the compiler keeps them apart.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile, readProject } from './compile.js';
import { root } from './packed.js';

test.each(['core', 'browser', 'workers'])('src/%s compiles', (name) => {
  expect(errorsOf(name)).toEqual([]);
});

test('document does not exist in src/core', () => {
  expect(errorsOf('core', 'document.title;')).toEqual([expect.stringContaining("Cannot find name 'document'")]);
});

test('document does not exist in src/workers', () => {
  expect(errorsOf('workers', 'document.title;')).toEqual([expect.stringContaining("Cannot find name 'document'")]);
});

test.each([
  ['core', 'browser'],
  ['core', 'workers'],
  ['browser', 'workers'],
  ['workers', 'browser'],
])('src/%s cannot import src/%s', (from, to) => {
  expect(errorsOf(from, `import '../${to}/index.js';`).join('\n')).toMatch(
    /is not listed within the file list of project/,
  );
});

/** What the compiler says of a project, as it is or with one more file. */
function errorsOf(name: string, extraFile?: string): string[] {
  const folder = join(root, 'src', name);
  const { options, fileNames, projectReferences } = readProject(join(folder, 'tsconfig.json'));
  return compile({
    folder,
    files: extraFile === undefined ? {} : { 'extraFile.ts': `${extraFile}\nexport {};\n` },
    options: { ...options, emitDeclarationOnly: false, noEmit: true },
    alsoFiles: fileNames,
    ...(projectReferences ? { references: projectReferences } : {}),
  });
}
