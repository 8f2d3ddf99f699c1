// Builds dist/: type declarations with tsc, then the bundles with Rollup. Prints only what went wrong, or one line.
import './nodeVersion.mjs';
import { rm } from 'node:fs/promises';
import { run } from './run.mjs';

const root = new URL('..', import.meta.url);
await rm(new URL('dist', root), { recursive: true, force: true });
await rm(new URL('.tsbuild', root), { recursive: true, force: true });
const startedAt = Date.now();
await run('tsc', ['-b']);
await run('rollup', ['-c', '--silent']);
console.log(`timberlog: built dist/ in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
