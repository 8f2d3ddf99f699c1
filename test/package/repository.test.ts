// No file of the repository says where it was made.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './packed.js';

const lockfiles = ['package-lock.json', 'test/browser/fixtures/angular/package-lock.json'];
const packagesIn = (lockfile: string) => JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages;

test.each(lockfiles)('%s says of no package where it came from', (lockfile) => {
  const packages = Object.entries<any>(packagesIn(lockfile));
  expect(packages.filter(([, entry]) => 'resolved' in entry).map(([name]) => name)).toEqual([]);
});

test.each(lockfiles)('%s names no host but those that ask for funding', (lockfile) => {
  const packages = packagesIn(lockfile);
  for (const entry of Object.values<any>(packages)) delete entry.funding;
  expect(JSON.stringify(packages).match(/\w+:\/\/[^"]+/g)).toBeNull();
});

test.each(lockfiles)('%s knows every package by its hash', (lockfile) => {
  const { '': _project, ...packages } = packagesIn(lockfile);
  expect(Object.keys(packages).filter((name) => !packages[name].integrity)).toEqual([]);
});

// Where one is absent, `npm ci` refuses the whole file, on every platform.
test.each(lockfiles)('%s has the optional packages of every platform', (lockfile) => {
  const packages = packagesIn(lockfile);
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const wanted = Object.values<any>(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

test('no file names a package registry', () => {
  expect(filesWith(/\bregistry\.[\w-]+\.\w+|\b_authToken\b/)).toEqual([]);
});

test('no file names a folder of the machine it was written on', () => {
  const folders = [root, homedir() + sep].map((folder) => folder.replace(/[\\.*+?^$(){}|[\]]/g, '\\$&'));
  expect(filesWith(new RegExp([...folders, '/home/[a-z]', '/Users/[a-zA-Z]', '[A-Z]:\\\\Users'].join('|')))).toEqual(
    [],
  );
});

/** Files under version control, or about to be, whose text matches; this one aside, which has to say the words. */
function filesWith(pattern: RegExp): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  return files.filter((file) => {
    const path = join(root, file);
    if (file === 'test/package/repository.test.ts' || !existsSync(path) || !statSync(path).isFile()) return false;
    return pattern.test(readFileSync(path, 'latin1'));
  });
}
