// npm run demo: the whole application on this machine, in Miniflare. PORT chooses the port, TIMBER_STATE the folder in
// which lines are kept. What is in the way is said in one sentence.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  stop(`The demo needs Node 20 or newer; this is Node ${process.versions.node}.`);
}
const wantedPort = process.env.PORT || '8787';
const port = Number(wantedPort);
if (!/^\d+$/.test(wantedPort) || port > 65535) {
  stop(`PORT is ${JSON.stringify(process.env.PORT)}; it must be a whole number from 0 (any free port) to 65535.`);
}
if (!existsSync(path('../node_modules/miniflare'))) stop('The demo needs its dependencies: run npm ci first.');
if (!existsSync(path('../dist/timberlog.min.js')) || !existsSync(path('../dist/workers.js'))) {
  stop('The demo needs the built SDK: run npm run build (npm ci does it too).');
}
// Browsers look for localhost at ::1 first: there another program would be shown in the demo's place.
const inTheWay = (await errorOfListening(port, '127.0.0.1')) ?? (await errorOfListening(port, '::1'));
if (inTheWay) {
  const reason = inTheWay.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${inTheWay.code})`;
  stop(`Port ${port} ${reason}; choose another one: PORT=${port + 1 > 65535 ? 8788 : port + 1} npm run demo`);
}

await import('./build.mjs');
const { Log, LogLevel, Miniflare } = await import('miniflare');
const { unstable_getMiniflareWorkerOptions: optionsFromConfig } = await import('wrangler');

const { workerOptions } = optionsFromConfig(path('wrangler.jsonc'));
const miniflare = new Miniflare({
  ...workerOptions,
  modules: true,
  scriptPath: path('.build/worker.js'),
  host: '127.0.0.1',
  port,
  cf: false,
  defaultPersistRoot: resolve(process.env.TIMBER_STATE || path('.state')),
  log: new Log(LogLevel.WARN),
});

let ending = false;
async function end() {
  if (ending) return;
  ending = true;
  await miniflare.dispose();
  process.exit(0);
}
process.on('SIGINT', end);
process.on('SIGTERM', end);
// A signal to npm alone ends npm and the shell between, and is never heard of here.
if (process.env.npm_lifecycle_event) {
  const startedBy = process.ppid;
  setInterval(() => process.ppid !== startedBy && end(), 500).unref();
}

const { port: boundPort } = await miniflare.ready;
console.log(`
  The shop      http://localhost:${boundPort}/
  The console   http://localhost:${boundPort}/console

  Click around in the shop, and watch its lines arrive in the console. Ctrl-C ends it; the lines are kept.
`);

/** Miniflare itself answers a taken port with a stack trace. An address that this machine does not have is not taken. */
function errorOfListening(port, host) {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', (error) => settle(['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code) ? undefined : error));
    server.listen(port, host, () => server.close(() => settle(undefined)));
  });
}
