// The one Worker of the demo: who answers which path. The shop's API is instrumented by the SDK; the collector and the
// console's reads never are, or storing a line would log a line.
import { collect } from './collector.js';
import { type Env, lineStore } from './env.js';
import { readLines, tailLines } from './reading.js';
import { shop } from './shop.js';

export { LineStore } from './lineStore.js';

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === '/v1/logs' || pathname === '/v1/logs/receipts') return collect(request, env);
    if (pathname === '/v1/lines') return readLines(request, lineStore(env));
    if (pathname === '/v1/tail') return tailLines(request, lineStore(env));
    if (pathname.startsWith('/api/')) return shop.fetch(request, env, ctx);
    return env.ASSETS.fetch(request);
  },
} satisfies ExportedHandler<Env>;
