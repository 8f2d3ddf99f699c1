// Builds the Angular applications of fixtures/angular with Angular's own builder, over the package as npm would publish
// it. Their packages are installed once, from the registry; what has not changed is not built again.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { pack, root } from '../package/packed.js';

const workspace = fileURLToPath(new URL('fixtures/angular/', import.meta.url));
const inWorkspace = (path: string) => join(workspace, path);

const names = ['zoneJsFirst', 'sdkFirst', 'zoneless', 'zoneJsSdkless', 'zonelessSdkless'] as const;

/** The builds, as in angular.json; those without the SDK have a stub of its surface in its place. */
export type AngularApp = (typeof names)[number];

/** For a hook that may have to install Angular and build: `beforeAll(…, angularTimeoutMs)`. */
export const angularTimeoutMs = 600_000;

const missing = buildsAngular(process.versions.node)
  ? undefined
  : `Angular’s builder needs Node 20.19, 22.12 or 24, and this is ${process.versions.node}`;

/** `describe` once an application; all are skipped, and it is said why, where this Node cannot build them. */
export function describeAngular(names: readonly AngularApp[], suite: (name: AngularApp) => void): void {
  for (const name of names) {
    if (missing) describe.skip(`${name}: ${missing}`, { meta: { notInstalled: missing } }, () => suite(name));
    else describe(name, () => suite(name));
  }
}

function buildsAngular(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
}

let building: Promise<void> | undefined;

/** Builds those applications that are not what they would be now. */
export function buildAngularApps(): Promise<void> {
  building ??= buildWhatChanged();
  return building;
}

/** Of an application that was built. */
export const angularFolder = (name: AngularApp) => inWorkspace(`dist/${name}`);

async function buildWhatChanged(): Promise<void> {
  const lockfile = await hashOf([inWorkspace('package-lock.json')]);
  const installed = `${lockfile} ${process.version}`;
  await onceFor(installed, inWorkspace('node_modules/.installed'), install);
  const sdk = await hashOf([join(root, 'package.json'), join(root, 'dist')]);
  await onceFor(sdk, inWorkspace('node_modules/timberlog/.placed'), placeSdk);
  const sources = await hashOf(['angular.json', 'tsconfig.json', 'tsconfig.sdkless.json', 'src'].map(inWorkspace));

  const inputsOf = (name: AngularApp) => `${installed} ${sources} ${name.endsWith('Sdkless') ? '' : sdk}`;
  const stampOf = (name: AngularApp) => join(angularFolder(name), '.built');
  const changed = names.filter((name) => stamped(stampOf(name)) !== inputsOf(name));
  if (changed.length === 0) return;
  await run(process.execPath, ['build.mjs', ...changed]);
  for (const name of changed) await writeFile(stampOf(name), inputsOf(name));
}

/** Does work, unless the stamp says that it has been done for the same inputs. */
async function onceFor(inputs: string, stamp: string, work: () => Promise<unknown>): Promise<void> {
  if (stamped(stamp) === inputs) return;
  await rm(stamp, { force: true });
  await work();
  await writeFile(stamp, inputs);
}

const stamped = (stamp: string) => (existsSync(stamp) ? readFileSync(stamp, 'utf8') : '');

const install = () => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);

async function placeSdk(): Promise<void> {
  const packed = pack();
  const place = inWorkspace('node_modules/timberlog');
  await rm(place, { recursive: true, force: true });
  await cp(packed.folder, place, { recursive: true });
  packed.remove();
}

async function run(command: string, args: string[]): Promise<void> {
  const shell = process.platform === 'win32';
  try {
    await promisify(execFile)(command, args, { cwd: workspace, shell, env: { ...process.env, NO_COLOR: '1' } });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed in ${workspace}:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Of the contents of files, and of folders all that is in them. */
async function hashOf(paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    const names = isFolder ? (await readdir(path, { recursive: true })).sort() : [''];
    for (const file of names.map((name) => join(path, name))) {
      if (!(await stat(file)).isFile()) continue;
      hash.update(`${relative(root, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}
