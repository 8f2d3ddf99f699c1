// Bodies over HTTP, and what the answers mean to the endpoint's history.
import { expect, test } from 'vitest';
import { createAnnouncement } from '../../src/core/announcement.js';
import { createFetchTransport, type FetchInit } from '../../src/core/fetchTransport.js';
import type { Body } from '../../src/core/types.js';

const url = 'https://logs.example/v1/logs?key=k';
const body: Body = { text: '{"id":"W-1"}', bytes: 12, lines: 1 };
const announcing = { 'timberlog-collector': '1' };
const ok = (headers: Record<string, string> = {}) => new Response(null, { status: 204, headers });

/** A transport whose fetch gives these answers, one after the other. */
function createTransport(...answers: (Response | (() => never))[]) {
  const requests: { url: string; init: FetchInit }[] = [];
  const transport = createFetchTransport({
    url,
    now: () => 0,
    async fetch(to, init) {
      requests.push({ url: to, init });
      const answer = answers.shift()!;
      return typeof answer === 'function' ? answer() : answer;
    },
  });
  return { transport, requests };
}

test('a body is POSTed as text/plain, which needs no preflight', async () => {
  const { transport, requests } = createTransport(ok());
  await transport.send(body);
  const headers = { 'content-type': 'text/plain;charset=UTF-8' };
  expect(requests).toEqual([{ url, init: { method: 'POST', body: body.text, headers, redirect: 'manual' } }]);
});

test('keepalive and signal are passed on', async () => {
  const { transport, requests } = createTransport(ok());
  const { signal } = new AbortController();
  await transport.send(body, { keepalive: true, signal });
  expect(requests[0]!.init).toMatchObject({ keepalive: true, signal });
});

test('a 204 acknowledges', async () => {
  const { transport } = createTransport(ok());
  expect(await transport.send(body)).toEqual({ kind: 'delivered' });
});

test('a request that fails is tried again later', async () => {
  const { transport } = createTransport(() => {
    throw new TypeError('Failed to fetch');
  });
  expect(await transport.send(body)).toEqual({ kind: 'retry', why: 'the request failed (Failed to fetch)' });
});

test('a fetch that somebody patched to throw is tried again later', async () => {
  const throwing = () => {
    throw 'blocked';
  };
  const transport = createFetchTransport({ url, now: () => 0, fetch: throwing });
  expect(await transport.send(body)).toEqual({ kind: 'retry', why: 'the request failed (blocked)' });
});

test('once the endpoint has announced itself, an answer without the header acknowledges nothing', async () => {
  const { transport } = createTransport(ok(announcing), ok());
  await transport.send(body);
  expect(await transport.send(body)).toMatchObject({ kind: 'retry' });
});

test('an endpoint that never announced itself acknowledges without the header', async () => {
  const { transport } = createTransport(ok(), ok());
  await transport.send(body);
  expect(await transport.send(body)).toEqual({ kind: 'delivered' });
});

test('an HTML page announces nothing', async () => {
  const page = new Response('', { headers: { ...announcing, 'content-type': 'text/html' } });
  const { transport } = createTransport(page, ok());
  await transport.send(body);
  expect(await transport.send(body)).toEqual({ kind: 'delivered' });
});

test('the body of an answer is cancelled, unread', async () => {
  const answer = new Response('a long text');
  await createTransport(answer).transport.send(body);
  const { done } = await answer.body!.getReader().read();
  expect(done).toBe(true);
});

test('an answer whose body cannot be cancelled acknowledges all the same', async () => {
  const answer = { status: 200, headers: new Headers(), body: {} };
  const transport = createFetchTransport({ url, now: () => 0, fetch: async () => answer });
  expect(await transport.send(body)).toEqual({ kind: 'delivered' });
});

test('an answer whose body refuses to be cancelled acknowledges all the same', async () => {
  const cancel = () => Promise.reject(new TypeError('locked'));
  const answer = { status: 200, headers: new Headers(), body: { cancel } };
  const transport = createFetchTransport({ url, now: () => 0, fetch: async () => answer });
  expect(await transport.send(body)).toEqual({ kind: 'delivered' });
});

/** A transport that compresses, to an endpoint that has said what it can. */
function createGzipTransport(said: string, ...answers: Response[]) {
  const announcement = createAnnouncement();
  announcement.hear(said);
  const requests: { url: string; init: FetchInit }[] = [];
  const transport = createFetchTransport({
    ...{ url, announcement, now: () => 0 },
    compress: async (text) => new TextEncoder().encode(`gzip of ${text.length}`),
    async fetch(to, init) {
      requests.push({ url: to, init });
      return answers.shift()!;
    },
  });
  return { transport, requests };
}

const gzip = { 'timberlog-collector': '1, gzip' };
const large: Body = { text: 'x'.repeat(2_000), bytes: 2_000, lines: 1 };
const lengthOf = ({ init }: { init: FetchInit }) => init.body.length;

test('a body goes as one gzip member to a collector that has said it takes gzip, and the URL says so', async () => {
  const { transport, requests } = createGzipTransport('1, gzip', ok(gzip));
  expect(await transport.send(large)).toEqual({ kind: 'delivered' });
  expect(requests.map((request) => request.url)).toEqual([`${url}&encoding=gzip`]);
  expect(new TextDecoder().decode(requests[0]!.init.body as Uint8Array)).toBe('gzip of 2000');
});

test.each([
  ['the collector takes no gzip', '1, receipts', large, {}],
  ['the body is small', '1, gzip', body, {}],
  ['the page may go', '1, gzip', large, { keepalive: true }],
])('a body goes as plain text where %s', async (_, said, given, options) => {
  const { transport, requests } = createGzipTransport(said, ok(gzip));
  await transport.send(given, options);
  expect(requests.map((request) => [request.url, request.init.body])).toEqual([[url, given.text]]);
});

test('a gzip body that is refused goes once more as plain text, and so do all after it', async () => {
  const refused = new Response(null, { status: 400, headers: gzip });
  const { transport, requests } = createGzipTransport('1, gzip', refused, ok(gzip), ok(gzip));
  expect(await transport.send(large)).toEqual({ kind: 'delivered' });
  expect(await transport.send(large)).toEqual({ kind: 'delivered' });
  expect(requests.map(lengthOf)).toEqual([12, 2_000, 2_000]);
});

test('a body that was given up while it was compressed is not sent', async () => {
  const { transport, requests } = createGzipTransport('1, gzip');
  const controller = new AbortController();
  const sent = transport.send(large, { signal: controller.signal });
  controller.abort();
  expect(await sent).toMatchObject({ kind: 'retry' });
  expect(requests).toEqual([]);
});
