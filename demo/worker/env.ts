// What wrangler.jsonc binds.
import type { LineStore } from './lineStore.js';

export interface Env {
  ASSETS: Fetcher;
  LINES: DurableObjectNamespace<LineStore>;
  /** The write-only ingest key. */
  TIMBER_KEY: string;
}

/** The one object that holds all lines. */
export const lineStore = (env: Env): DurableObjectStub<LineStore> => env.LINES.getByName('lines');
