// Types of the sources, the tests and the demo; then lint and format.
import './nodeVersion.mjs';
import { run } from './run.mjs';

await run('tsc', ['-b']);
await run('tsc', ['-p', 'test']);
await run('tsc', ['-p', 'demo']);
await run('biome', ['check', '.']);
