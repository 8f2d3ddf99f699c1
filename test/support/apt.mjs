// Debian's packages, for what the tests need. Plain JavaScript: the test script runs it before vitest.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const { env, platform } = process;

/** Whether this is root on a Debian. */
export const canInstall = () => platform === 'linux' && process.getuid?.() === 0 && onPath(['apt-get']) !== undefined;

/**
 * Installs groups of packages, in one run; where that fails, as for a package that this Debian does not have, a group
 * a run. What came of it, the caller sees by looking for the programs.
 */
export function installWithApt(groups) {
  const options = { stdio: 'inherit', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  const aptGet = (...args) => spawnSync('apt-get', args, options).status === 0;
  const install = (packages) => aptGet('install', '-y', '-q', ...packages);
  if (!aptGet('update', '-q')) return;
  if (!install(groups.flat()) && groups.length > 1) groups.forEach(install);
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export const pathFolders = () => (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');

/** The path of the first of the programs that is on PATH, if any is. */
export const onPath = (names) =>
  names.flatMap((name) => pathFolders().map((folder) => join(folder, name))).find(isExecutable);
