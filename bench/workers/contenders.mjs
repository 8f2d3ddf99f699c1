// Each contender in a workerd of its own, and a collector that takes what it sends.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const require = createRequire(import.meta.url);
const compatibilityDate = '2026-10-23'; // Node's modules are there by default, which Sentry needs

/** What a contender gets as its collector. */
const addresses = {
  plain: (port) => `http://127.0.0.1:${port}/plain`,
  bare: (port) => `http://127.0.0.1:${port}/bare`,
  timberlog: (port) => `http://127.0.0.1:${port}/timberlog`,
  logtail: (port) => `http://127.0.0.1:${port}/logtail`,
  sentry: (port) => `http://key@127.0.0.1:${port}/sentry/1`,
};

/** Starts a contender; `send` resolves when so many requests have been answered and what they logged has arrived. */
export async function startContender(name, collector) {
  const code = await bundled(name);
  const before = new Set(children());
  process.env.MINIFLARE_WORKERD_PATH = require('workerd-newest').default;
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: `${name}.js`, contents: code }],
    compatibilityDate,
    bindings: { COLLECTOR: addresses[name](collector.port) },
    unsafeDirectSockets: [{ port: 0 }], // past Miniflare's own entry Worker
    handleRuntimeStdio() {},
  });
  await miniflare.ready;
  const url = await miniflare.unsafeGetDirectURL();
  const pid = children().find((child) => !before.has(child));
  return {
    kilobytes: brotliCompressSync(code).length / 1_000,
    cpuMs: () => cpuMsOf(pid),
    async send(requests) {
      for (let i = 0; i < requests; i++) {
        const response = await fetch(`${url}?order=${i}`);
        if ((await response.text()) !== 'ok') throw new Error(`${name} did not answer as it should.`);
      }
      await collector.untilQuiet(name);
    },
    end: () => miniflare.dispose(),
  };
}

async function bundled(name) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.js`, import.meta.url))],
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2022' },
    ...{ conditions: ['workerd', 'worker', 'browser'], external: ['node:*', 'cloudflare:*'], logLevel: 'error' },
  });
  return outputFiles[0].text;
}

const children = () =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);

/** Of all its threads (docs.kernel.org/scheduler/sched-stats.html: the first figure, nanoseconds). */
function cpuMsOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** When nothing has come for so long, nothing will. */
const quietMs = { plain: 0, bare: 200, timberlog: 200, logtail: 200, sentry: 200 };

/** Takes bodies from all contenders, and counts requests and lines by contender. */
export async function startCollector() {
  const seen = {};
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const name = request.url.split(/[/?]/).find((part) => part in addresses) ?? 'sentry'; // it asks for /sentry/api/1/envelope/
    const counts = seen[name] ?? { requests: 0, lines: 0, lastAt: 0 };
    const lines = linesIn(name, Buffer.concat(chunks));
    seen[name] = { requests: counts.requests + 1, lines: counts.lines + lines, lastAt: performance.now() };
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    countsOf: (name) => seen[name] ?? { requests: 0, lines: 0 },
    async untilQuiet(name) {
      const since = performance.now();
      const quietAt = () => Math.max(since, seen[name]?.lastAt ?? 0) + quietMs[name];
      while (performance.now() < quietAt()) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close: () => server.close().closeAllConnections(),
  };
}

function linesIn(name, body) {
  if (name === 'timberlog' || name === 'bare') return body.toString().split('\n').length;
  if (name === 'logtail') return arrayLengthOf(gunzipSync(body));
  const counted = [...body.toString().matchAll(/"item_count":(\d+)/g)];
  return counted.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Of a msgpack array (github.com/msgpack/msgpack/blob/master/spec.md#array-format-family). */
function arrayLengthOf(bytes) {
  if (bytes[0] === 0xdc) return bytes.readUInt16BE(1);
  return bytes[0] === 0xdd ? bytes.readUInt32BE(1) : bytes[0] & 0x0f;
}
