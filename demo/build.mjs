// Makes demo/.build: public/ (the pages, and beside them the SDK's <script> build) and worker.js (the Worker, in one
// file). Wrangler runs it for the pages and bundles the Worker itself, in the same way.
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

// In place, as a demo may be running on these files.
const sources = [
  ...(await readdir(path('pages'))).map((name) => path(`pages/${name}`)),
  path('../dist/timberlog.min.js'),
  path('../dist/timberlog.min.js.map'),
];
const names = new Set(sources.map((source) => basename(source)));
await mkdir(path('.build/public'), { recursive: true });
for (const source of sources) await copyFile(source, path(`.build/public/${basename(source)}`));
for (const name of await readdir(path('.build/public'))) {
  if (!names.has(name)) await rm(path(`.build/public/${name}`), { recursive: true });
}

await build({
  entryPoints: [path('worker/index.ts')],
  outfile: path('.build/worker.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  conditions: ['workerd', 'worker'],
  external: ['node:async_hooks', 'node:diagnostics_channel', 'cloudflare:workers'],
  logLevel: 'warning',
});
