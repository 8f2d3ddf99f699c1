// The package as npm would publish it, unpacked where an application would have it.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Packed {
  /** An application's folder, with the package and its dependencies in node_modules. */
  readonly consumer: string;
  /** The package inside it. */
  readonly folder: string;
  readonly tarball: string;
  readonly manifest: any;
  /** Paths in the package, with slashes. */
  readonly files: string[];
  text(path: string): string;
  remove(): void;
}

/** Packs what dist/ holds now; the caller removes it. */
export function pack(): Packed {
  const consumer = realpathSync(mkdtempSync(join(tmpdir(), 'timberlog-packed-')));
  const folder = join(consumer, 'node_modules', 'timberlog');
  mkdirSync(folder, { recursive: true });
  // prepare would build again, under the feet of the tests that run beside this one.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', consumer];
  const [{ filename }] = JSON.parse(npm(args));
  const tarball = join(consumer, filename);
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
  const text = (path: string) => readFileSync(join(folder, path), 'utf8');
  const manifest = JSON.parse(text('package.json'));
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name), 'junction');
  }
  return {
    ...{ consumer, folder, tarball, manifest, text },
    files: (readdirSync(folder, { recursive: true }) as string[])
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => path.replaceAll('\\', '/')),
    remove: () => rmSync(consumer, { recursive: true, force: true }),
  };
}

function npm(args: string[]): string {
  const onWindows = process.platform === 'win32';
  return execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: onWindows,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
