// Builds the Angular applications of fixtures/angular with Angular's own builder, over the package as npm would publish
// it. What has not changed is not built again: the first run takes minutes, the next a second.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { pack, root } from '../package/packed.js';

const workspace = fileURLToPath(new URL('fixtures/angular/', import.meta.url));
const inWorkspace = (path: string) => join(workspace, path);

/** The builds, as in angular.json; those without the SDK have a stub of its surface in its place. */
export type AngularApp = 'zoneJsFirst' | 'sdkFirst' | 'zoneless' | 'zoneJsSdkless' | 'zonelessSdkless';

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

const building = new Map<AngularApp, Promise<string>>();

/** The folder of an application, built now if it has to be. */
export function buildAngularApp(name: AngularApp): Promise<string> {
  const folder = building.get(name) ?? buildIfChanged(name);
  building.set(name, folder);
  return folder;
}

async function buildIfChanged(name: AngularApp): Promise<string> {
  const lockfile = await hashOf([inWorkspace('package-lock.json')]);
  await onceFor(`${lockfile} ${process.version}`, inWorkspace('node_modules/.installed'), install);
  const sdk = await hashOf([join(root, 'package.json'), join(root, 'dist')]);
  await onceFor(sdk, inWorkspace('node_modules/timberlog/.placed'), placeSdk);
  const sources = await hashOf(['angular.json', 'tsconfig.json', 'tsconfig.sdkless.json', 'src'].map(inWorkspace));
  const folder = inWorkspace(`dist/${name}`);
  const inputs = [lockfile, sources, ...(name.endsWith('Sdkless') ? [] : [sdk])];
  await onceFor(inputs.join(' '), join(folder, '.built'), () => build(name));
  return folder;
}

/** Does work, unless the stamp says that it has been done for the same inputs. */
async function onceFor(inputs: string, stamp: string, work: () => Promise<unknown>): Promise<void> {
  if ((await readFile(stamp, 'utf8').catch(() => '')) === inputs) return;
  await rm(stamp, { force: true });
  await work();
  await writeFile(stamp, inputs);
}

const install = () => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', workspace]);

async function placeSdk(): Promise<void> {
  const packed = pack();
  const place = inWorkspace('node_modules/timberlog');
  await rm(place, { recursive: true, force: true });
  await mkdir(dirname(place), { recursive: true });
  await cp(packed.folder, place, { recursive: true });
  packed.remove();
}

const architect = inWorkspace('node_modules/@angular-devkit/architect-cli/bin/cli.js');
const build = (name: AngularApp) => run(process.execPath, [architect, `app:build:${name}`]);

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
