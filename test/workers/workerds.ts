// The generations of workerd that the Worker tests run in.
import { createRequire } from 'node:module';

/** What gives a Worker node:async_hooks: a flag for that alone, all of Node's modules, or nothing. */
export type AsyncHooks = 'nodejs_als' | 'nodejs_compat' | 'none';

export interface Workerd {
  /** As workerd gives its version: a day. */
  readonly version: string;
  readonly compatibilityDate: string;
  /** The program; none for the one that Miniflare brings. */
  readonly path?: string;
  readonly flags: Readonly<Record<AsyncHooks, readonly string[]>>;
  /** As most Workers of the time have it. */
  readonly asyncHooks: AsyncHooks;
}

// From 2026-08-04 on nodejs_compat is the default, and not to be given as a flag: workerd does not start then
// (developers.cloudflare.com/changelog/post/2026-08-04-nodejs-compat-default).
const withoutNode = ['no_nodejs_compat', 'no_nodejs_compat_v2'];

/** What Miniflare brings, and the newest there is, which no Miniflare for Node 20 brings. */
export const workerds: readonly Workerd[] = [
  {
    version: '2026-04-26',
    compatibilityDate: '2026-04-20',
    flags: { nodejs_als: ['nodejs_als'], nodejs_compat: ['nodejs_compat'], none: [] },
    asyncHooks: 'nodejs_als',
  },
  {
    version: '2026-10-23',
    compatibilityDate: '2026-10-23',
    path: createRequire(import.meta.url)('workerd-newest').default,
    flags: { nodejs_als: ['nodejs_als', ...withoutNode], nodejs_compat: [], none: withoutNode },
    asyncHooks: 'nodejs_compat',
  },
];

/** Every Miniflare that is made from now on runs workerd: it looks that up while it starts. */
export function useWorkerd({ path }: Workerd): void {
  if (path) process.env.MINIFLARE_WORKERD_PATH = path;
  else delete process.env.MINIFLARE_WORKERD_PATH;
}
