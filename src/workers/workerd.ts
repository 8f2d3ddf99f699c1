// dist/workerd.js: what only Cloudflare's Workers have. In a build of its own, as bundlers for other platforms refuse a
// module that they cannot find, even where nobody misses it.

/** As much of the module cloudflare:workers as is used. */
export interface Workerd {
  /** Of the invocation that is under way, whichever it is. */
  waitUntil?(work: Promise<unknown>): void;
}

export const workerd: Workerd | undefined = await import('cloudflare:workers').catch(() => undefined);
