// dist/workers.js: on Node, Deno, Bun and edges other than Cloudflare's there is no workerd.
import type { Workerd } from './workerd.js';

export const workerd: Workerd | undefined = undefined;
