// Serves test pages on http://localhost: given HTML, the built package, fixtures; quickly or when the test lets it.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeWithTest } from './closeWithTest.js';
import { listenOnLoopback, readBody } from './loopback.js';

export interface Reply {
  body?: string | Uint8Array;
  /** @default 200 */
  status?: number;
  headers?: OutgoingHttpHeaders;
  /** Answers when this settles; see createGate. */
  until?: Promise<unknown>;
}

export interface PageRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A string is HTML, or what the path's extension says. */
export type Route = string | Reply | ((request: PageRequest) => string | Reply | Promise<string | Reply>);

export interface PageServerOptions {
  /** By path: `{ '/': withScript('…') }`. */
  routes?: { [path: string]: Route };
  /** A folder of fixtures, served under `/`, after routes. */
  folder?: string | URL;
  /** Sent with everything. */
  headers?: OutgoingHttpHeaders;
  /** A Content-Security-Policy, sent with everything. */
  csp?: string;
  /** COOP and COEP, which make `crossOriginIsolated` true. @default false */
  isolated?: boolean;
}

export interface PageServer {
  /** http://localhost:port */
  readonly url: string;
  /** http://127.0.0.1:port: the same pages, another origin. */
  readonly otherUrl: string;
  /** What was asked for, in order. */
  readonly requests: PageRequest[];
  /** Adds or replaces a route; returns its URL. */
  route(path: string, route: Route): string;
  close(): Promise<void>;
}

const dist = new URL('../../dist/', import.meta.url);
const idbKeyval = new URL('../../node_modules/idb-keyval/dist/index.js', import.meta.url);
const built: { [path: string]: URL } = {
  '/timberlog.min.js': new URL('timberlog.min.js', dist),
  '/timberlog.min.js.map': new URL('timberlog.min.js.map', dist),
  '/browser.js': new URL('browser.js', dist),
  '/browser.js.map': new URL('browser.js.map', dist),
  '/untracked.js': new URL('untracked.js', dist),
  '/untracked.js.map': new URL('untracked.js.map', dist),
  '/idb-keyval.js': idbKeyval,
};

/** A page that loads the script build, then runs code with the global `timber`. */
export const withScript = (code: string, html = '') =>
  page(html, `<script src="/timberlog.min.js"></script><script>${code}</script>`);

/** A page that runs code as a module; it can `import` from 'timberlog', 'timberlog/browser' and 'idb-keyval'. */
export const withModule = (code: string, html = '') => page(html, `<script type="module">${code}</script>`);

const imports = { timberlog: '/browser.js', 'timberlog/browser': '/browser.js', 'idb-keyval': '/idb-keyval.js' };

// The empty icon keeps the browser from asking for /favicon.ico.
const page = (html: string, scripts: string) =>
  '<!doctype html><meta charset="utf-8"><title>timberlog</title><link rel="icon" href="data:,">' +
  `<script type="importmap">${JSON.stringify({ imports })}</script><body>${html}${scripts}`;

/** Starts a server. One started in a test closes when that test ends. */
export async function startPageServer(options: PageServerOptions = {}): Promise<PageServer> {
  const requests: PageRequest[] = [];
  const routes = new Map(Object.entries(options.routes ?? {}));
  // Not no-store, which would keep pages out of the back/forward cache.
  const headers: OutgoingHttpHeaders = { 'cache-control': 'no-cache', ...options.headers };
  if (options.csp) headers['content-security-policy'] = options.csp;
  if (options.isolated) {
    headers['cross-origin-opener-policy'] = 'same-origin';
    headers['cross-origin-embedder-policy'] = 'require-corp';
  }

  async function replyTo(request: PageRequest): Promise<Reply> {
    const path = request.url.pathname;
    const route = routes.get(path);
    if (route !== undefined) {
      const reply = typeof route === 'function' ? await route(request) : route;
      return typeof reply === 'string' ? { body: reply } : reply;
    }
    const file = built[path] ?? fixture(options.folder, path);
    if (!file) return { status: 404, body: `Nothing at ${path}` };
    return readFile(file).then(
      (body) => ({ body }),
      () => ({ status: 404, body: `No file for ${path}` }),
    );
  }

  async function respond(incoming: IncomingMessage, response: ServerResponse) {
    const { bytes } = await readBody(incoming);
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
    const request = { method: incoming.method ?? '', url, headers: incoming.headers, text: bytes.toString('utf8') };
    requests.push(request);
    const reply = await replyTo(request);
    await reply.until;
    const type = contentTypes[extname(url.pathname)] ?? 'text/html; charset=utf-8';
    response.writeHead(reply.status ?? 200, { 'content-type': type, ...headers, ...reply.headers }).end(reply.body);
  }

  const server = await listenOnLoopback(respond);
  closeWithTest(server.close);
  const url = `http://localhost:${server.port}`;
  return {
    ...{ url, otherUrl: `http://127.0.0.1:${server.port}`, requests, close: server.close },
    route(path, route) {
      routes.set(path, route);
      return url + path;
    },
  };
}

/** The file under folder, and never outside of it. */
function fixture(folder: string | URL | undefined, path: string): string | undefined {
  if (folder === undefined) return undefined;
  const base = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const file = normalize(`${base}/${decodeURIComponent(path)}`);
  return file.startsWith(normalize(`${base}/`)) ? file : undefined;
}

const contentTypes: { [extension: string]: string } = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};
