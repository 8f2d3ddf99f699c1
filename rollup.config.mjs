// Makes dist/: browser.js, untracked.js, workers.js and workerd.js (ESM) and timberlog.min.js (one global, everything
// inside).
// Types are checked and declarations written by `tsc -b`; here TypeScript is only taken away.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';

/**
 * zone.js installs itself when it is imported, patches over a hundred functions of the page and replaces its Promise.
 * We need its zones only: `zone.js/zone-impl` is that one part of its bundle, a function that is called, or not. It
 * would write to the page's User Timing; it is shown no `performance`.
 */
const zoneImpl = {
  name: 'zone-impl',
  resolveId: (source) => (source === 'zone.js/zone-impl' ? '\0zone-impl' : null),
  async load(id) {
    if (id !== '\0zone-impl') return null;
    const bundle = await readFile(new URL('node_modules/zone.js/fesm2015/zone.js', import.meta.url), 'utf8');
    const [impl, ...rest] = bundle.split('// packages/zone.js/lib/zone.js\n');
    const quiet = impl.replace('global["performance"]', 'undefined');
    if (rest.length !== 1 || quiet === impl || !quiet.includes('function initZone()')) {
      this.error('The bundle of zone.js is no longer laid out as expected.');
    }
    return { code: `${quiet}\nexport { initZone };\n`, map: { mappings: '' } };
  },
};

const typescriptOnly = () => typescript({ tsconfig: './tsconfig.rollup.json', outputToFilesystem: false });

/** Kept through minification; NOTICE.md has the licences of what is inside. */
const banner = '/*! @license timberlog, MIT; third-party code inside: NOTICE.md of the package */';

const warnAsError = (warning) => {
  throw new Error(warning.message);
};

const esm = (input, file, plugins = [], external = []) => ({
  input,
  external,
  onwarn: warnAsError,
  plugins: [...plugins, nodeResolve(), typescriptOnly()],
  output: { file, format: 'es', sourcemap: true, inlineDynamicImports: true, banner },
});

/** The Workers build for all platforms but Cloudflare's. */
const noWorkerd = {
  name: 'no-workerd',
  resolveId: (source) =>
    source === './workerd.js' ? fileURLToPath(new URL('src/workers/noWorkerd.ts', import.meta.url)) : null,
};

const nodeModules = ['node:async_hooks', 'node:diagnostics_channel'];

export default [
  esm('src/browser/index.ts', 'dist/browser.js', [zoneImpl], ['idb-keyval']),
  esm('src/browser/untracked.ts', 'dist/untracked.js', [], ['idb-keyval']),
  esm('src/workers/index.ts', 'dist/workers.js', [noWorkerd], nodeModules),
  esm('src/workers/index.ts', 'dist/workerd.js', [], [...nodeModules, 'cloudflare:workers']),
  {
    input: 'src/browser/index.ts',
    onwarn: warnAsError,
    plugins: [zoneImpl, nodeResolve(), typescriptOnly()],
    output: {
      file: 'dist/timberlog.min.js',
      format: 'iife',
      name: 'timber',
      sourcemap: true,
      banner,
      plugins: [terser({ ecma: 2020, format: { comments: /@license/, ascii_only: true } })],
    },
  },
];
