// The pages that run the probes of fixtures/probes, with the SDK and without, and the servers that probes talk to.
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { closeWithTest } from '../support/closeWithTest.js';
import { listenOnLoopback } from '../support/loopback.js';
import { type PageServer, type Route, startPageServer } from '../support/pageServer.js';
import { startWebSocketServer } from '../support/webSocketServer.js';

export interface ProbePages {
  readonly withSdk: string;
  readonly without: string;
  close(): Promise<void>;
}

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));

const page = (first: string, servers: { [name: string]: string }): Route => ({
  body:
    '<!doctype html><meta charset="utf-8"><title>probes</title><link rel="icon" href="data:,"><body>' +
    `<script src="/probes/setters.js"></script><script src="${first}"></script><script>globalThis.servers = ${JSON.stringify(servers)}</script>` +
    '<script src="/probes.js"></script>',
  // What a ReportingObserver can hear of: an image of this server's.
  headers: { 'content-security-policy': 'img-src data:; report-to none', 'reporting-endpoints': 'none="/reports"' },
});

const form = '--limit\r\ncontent-disposition: form-data; name="name"\r\n\r\nvalue\r\n--limit--\r\n';

export async function startProbePages(): Promise<ProbePages> {
  const slow = await startSlowServer();
  const socket = await startWebSocketServer();
  const servers = { slow: slow.url, socket: socket.url, nowhere: await nowhere() };
  const script = (body: string, headers = {}) => ({ body, headers: { 'content-type': 'text/javascript', ...headers } });
  const server: PageServer = await startPageServer({
    folder: fixtures,
    routes: {
      '/with': page('/timberlog.min.js', servers),
      '/without': page('/probes/withoutSdk.js', servers),
      '/probes.js': script(await bundled()),
      '/answer.json': '{"answer":42}',
      '/form': { body: form, headers: { 'content-type': 'multipart/form-data; boundary=limit' } },
      '/events': {
        body: 'data: text\n\nevent: named\ndata: text\n\n',
        headers: { 'content-type': 'text/event-stream' },
      },
      '/module.js': script('export {};'),
      '/topLevelAwait.js': script('await new Promise((resolve) => setTimeout(resolve, 1)); export {};'),
    },
  });
  return {
    withSdk: `${server.url}/with`,
    without: `${server.url}/without`,
    async close() {
      await Promise.all([server.close(), slow.close(), socket.close()]);
    },
  };
}

/** Where nobody answers. */
async function nowhere(): Promise<string> {
  const server = await listenOnLoopback(async () => {});
  await server.close();
  return `http://localhost:${server.port}/`;
}

/** All probes as one script: pages are loaded often. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: [`${fixtures}/probes/all.js`], bundle: true, write: false, target: 'esnext' },
    // This package says that its sources have no side effects; these have.
    ignoreAnnotations: true,
  });
  return outputFiles[0]!.text;
}

/** An answer in two parts, the second 20 ms after the first. */
async function startSlowServer(): Promise<{ url: string; close(): Promise<void> }> {
  const server = await listenOnLoopback(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'access-control-allow-origin': '*' });
    response.write('first ');
    await setTimeout(20);
    response.end('second');
  });
  closeWithTest(server.close);
  return { url: `http://localhost:${server.port}/`, close: server.close };
}
