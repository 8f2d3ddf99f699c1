// Pages in which the SDK is not alone, or not welcome: what they load, and what must work in all of them.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { startCollector } from '../support/collector.js';
import type { Engine, EnginePage } from '../support/engines.js';
import { type PageServer, type PageServerOptions, type Route, startPageServer } from '../support/pageServer.js';

export const sdk = '<script src="/timberlog.min.js"></script>';
export const zoneJs = '<script src="/zone.js"></script>';

const zoneUrl = new URL('../../node_modules/zone.js/bundles/zone.umd.js', import.meta.url);
const watch = '<!doctype html><link rel="icon" href="data:,"><script src="/safety/watch.js"></script><body>';
const contexts = '<script src="/safety/contexts.js"></script>';
const answer: Route = { body: '{"answer":42}', headers: { 'access-control-allow-origin': '*' } };

export interface OtherPages {
  readonly server: PageServer;
  /** The page that was given under this path. */
  open(path: string): Promise<EnginePage>;
  close(): Promise<void>;
}

/** Serves pages, each given as what it loads, by path; and whatever else routes has. */
export async function serveOtherPages(
  engine: Engine,
  pages: { [path: string]: string },
  options: PageServerOptions = {},
): Promise<OtherPages> {
  const served = Object.entries(pages).map(([path, loads]) => [path, watch + loads + contexts]);
  const server = await startPageServer({
    folder: new URL('fixtures/', import.meta.url),
    ...options,
    routes: {
      '/zone.js': readFileSync(zoneUrl, 'utf8'),
      '/answer.json': answer,
      ...Object.fromEntries(served),
      ...options.routes,
    },
  });
  return { server, open: (path) => engine.open(server.url + path), close: server.close };
}

/** What seenFlows gives where contexts are kept over everything; in missing, they are missing. */
export function flowsKept(seen: { [kind: string]: string }, missing: readonly string[] = []) {
  const flowOf = (kind: string) => (kind.endsWith(' outside') || missing.includes(kind) ? 'none' : 'a');
  return Object.fromEntries(Object.keys(seen).map((kind) => [kind, flowOf(kind)]));
}

/** Where there is no tracking, nothing is followed, and nothing is seen by others. */
export const flowsMissing = (seen: { [kind: string]: string }) => flowsKept(seen, Object.keys(seen));

export const seenSynchronously = ['a', 'b', 'a', 'bound', 'c', 'none'];

/** Logs in the page, to a collector of its own, and gives the troubles that the page was told of. */
export async function troublesOfLogging(
  log: (endpoint: string) => Promise<{ troubles: { kind: string; message: string }[] }>,
) {
  const collector = await startCollector();
  const { troubles, ...fates } = await log(collector.endpoint);
  expect(fates).toEqual({ delivered: 3, dropped: 0, pending: 0 });
  const lines = await collector.waitForLines(3);
  expect(lines.map(({ level, message, context }) => [level, message, context?.custom])).toEqual([
    ['info', 'in a context', { job: { id: 123 } }],
    ['warn', 'in none', { part: 'child' }],
    ['error', 'an error', undefined],
  ]);
  return troubles;
}

export const logIn = (page: EnginePage) => (endpoint: string) =>
  page.evaluate<{ troubles: { kind: string; message: string }[] }>(`logTo('${endpoint}')`);
