// What the collector answers, over HTTP, and what it keeps.
import { get } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { bodyOf, lineText } from './lineText.js';
import { createStateFolder, type Demo, startDemo } from './startDemo.js';

let demo: Demo;
beforeAll(async () => {
  const state = await createStateFolder();
  demo = await startDemo(state.path);
  return async () => {
    await demo.stop();
    await state.remove();
  };
});

test('answers 202 with what became of the lines', async () => {
  const answer = await demo.post(`${lineText({ id: 'plain-1' })}\n${lineText({ id: 'plain-2' })}\n`);
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
});

test('takes a JSON array', async () => {
  const answer = await demo.post(`[${lineText({ id: 'array-1' })},\n ${lineText({ id: 'array-2' })}]`, {
    'content-type': 'application/json; charset=utf-8',
  });
  expect(await answer.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
});

test('takes application/x-ndjson, and bytes of no type as beacons send them', async () => {
  await demo.post(lineText({ id: 'type-1' }), { 'content-type': 'application/x-ndjson' });
  await fetch(`${demo.url}/v1/logs?key=demo`, {
    method: 'POST',
    body: new TextEncoder().encode(lineText({ id: 'type-2' })),
  });
  expect(await storedIds('type-')).toEqual(['type-2', 'type-1']);
});

test('stores an id once, whether it comes again in the same body or in another', async () => {
  const twice = await demo.post(`${lineText({ id: 'twice-1' })}\n${lineText({ id: 'twice-1' })}`);
  expect(await twice.json()).toEqual({ accepted: 1, duplicates: 1, rejected: [] });
  const again = await demo.post(lineText({ id: 'twice-1' }));
  expect(await again.json()).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  expect(await storedIds('twice-')).toEqual(['twice-1']);
});

test('keeps the good lines around a bad one, and says what is wrong with it', async () => {
  const answer = await demo.post(`${lineText({ id: 'good-1' })}\n{"half":\n\n${lineText({ id: 'good-2' })}`);
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({
    accepted: 2,
    duplicates: 0,
    rejected: [{ line: 2, reason: 'is not JSON' }],
  });
});

test.each([
  ['no object', '17', 'is not a JSON object'],
  ['null', 'null', 'is not a JSON object'],
  ['an array in a line', '["a"]\n', 'is not a JSON object'],
  ['no id', lineText({ id: undefined }), 'has no id (a string)'],
  ['an id that is too long', lineText({ id: 'x'.repeat(101) }), 'has an id of more than 100 characters'],
  ['no time', lineText({ dt: 'yesterday' }), 'has no dt (a date and time as 2026-11-22T13:40:00.123Z)'],
  [
    'a time that is none',
    lineText({ dt: '2026-13-45T99:00:00Z' }),
    'has no dt (a date and time as 2026-11-22T13:40:00.123Z)',
  ],
  ['an unknown level', lineText({ level: 'loud' }), 'has no level (debug, info, warn, error, fatal)'],
  ['no message', lineText({ message: undefined }), 'has no message (a string)'],
  ['a byte too many', lineOfBytes(60_001), 'is longer than 60000 bytes'],
  ['a level too many', lineOfLevels(101), 'is nested deeper than 100 levels'],
  ['levels without end', lineOfLevels(25_000), 'is nested deeper than 100 levels'],
])('refuses a line with %s', async (_what, bad, reason) => {
  const good = lineText({ id: `beside-${reason.length}-${bad.length}` });
  const answer = await demo.post(`${good}\n${bad}`);
  expect(await answer.json()).toEqual({ accepted: 1, duplicates: 0, rejected: [{ line: 2, reason }] });
});

test('takes a line of 60,000 bytes, and one of 100 levels', async () => {
  const answer = await demo.post(`${lineOfBytes(60_000)}\n${lineOfLevels(100)}`);
  expect(await answer.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
});

test('refuses elements of an array one by one as it does lines', async () => {
  const good = lineText({ id: 'beside-elements-1' });
  const answer = await demo.post(`[${lineOfBytes(60_001)},${good},${lineOfLevels(25_000)}]`);
  expect(await answer.json()).toEqual({
    accepted: 1,
    duplicates: 0,
    rejected: [
      { line: 1, reason: 'is longer than 60000 bytes' },
      { line: 3, reason: 'is nested deeper than 100 levels' },
    ],
  });
});

test('answers 400 to a body without a line', async () => {
  const answer = await demo.post('nonsense\n{}');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ rejected: [{ line: 1 }, { line: 2 }] });
});

test('answers 400 to an empty body', async () => {
  expect((await demo.post('')).status).toBe(400);
});

test('answers 401 to a missing and to an unknown key, and stores nothing', async () => {
  const body = lineText({ id: 'denied-1' });
  expect((await fetch(`${demo.url}/v1/logs`, { method: 'POST', body })).status).toBe(401);
  expect((await fetch(`${demo.url}/v1/logs?key=other`, { method: 'POST', body })).status).toBe(401);
  expect(await storedIds('denied-')).toEqual([]);
});

test('answers 405 to a GET', async () => {
  const answer = await fetch(`${demo.url}/v1/logs?key=demo`);
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
});

test('takes a body of 1 MiB and answers 413 to one byte more', async () => {
  const line = lineText({ id: 'large-1' });
  const mebibyte = `${line}\n${' '.repeat(1024 * 1024 - line.length - 1)}`;
  expect((await demo.post(mebibyte)).status).toBe(202);
  expect((await demo.post(`${mebibyte} `)).status).toBe(413);
});

test('answers 415 to another content type', async () => {
  expect((await demo.post(lineText({}), { 'content-type': 'text/html' })).status).toBe(415);
});

test('announces itself on every answer, readable by the page that asked', async () => {
  const answer = await fetch(`${demo.url}/v1/logs?key=wrong`, {
    method: 'POST',
    headers: { origin: 'https://shop.test' },
  });
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'timberlog-collector': '1, gzip, receipts',
    'access-control-allow-origin': 'https://shop.test',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Timberlog-Collector, Retry-After',
    vary: 'Origin',
  });
});

test('lets browsers remember the preflight', async () => {
  const answer = await fetch(`${demo.url}/v1/logs?key=demo`, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.test', 'access-control-request-method': 'POST' },
  });
  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': 'https://shop.test',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'Content-Type',
    'access-control-max-age': '7200',
  });
});

test('gives the lines back as they came, character by character', async () => {
  const text = String.raw`{"id":"exact-1","dt":"2026-11-22T13:40:00.123Z","level":"info","message":"\u0000 \ud83d é 木 </script>","n":1e400}`;
  await demo.post(text);
  expect(await (await fetch(`${demo.url}/v1/lines?limit=500`)).text()).toContain(text);
});

test('pages through the lines, newest first, each once', async () => {
  await demo.post(bodyOf(25, 'paged'));
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const page: any = await readLines(next === null ? 'limit=7' : `limit=7&before=${next}`);
    seen.push(...page.lines.map(({ line }: any) => line.id));
    next = page.next;
  } while (next !== null);
  expect(seen.filter((id) => id.startsWith('paged-'))).toEqual(Array.from({ length: 25 }, (_, n) => `paged-${25 - n}`));
  expect(new Set(seen).size).toBe(seen.length);
});

test('tells what arrived after a line, in order of arrival', async () => {
  const { lines } = await readLines('limit=500');
  const lastSeq = Math.max(...lines.map(({ seq }: any) => seq));
  await demo.post(
    `${lineText({ id: 'after-1', dt: '2026-11-22T10:00:00Z' })}\n${lineText({ id: 'after-2', dt: '2026-11-22T09:00:00Z' })}`,
  );
  const { lines: after } = await readLines(`after=${lastSeq}`);
  expect(after.map(({ line }: any) => line.id)).toEqual(['after-1', 'after-2']);
});

test('answers 410 to a reader who knows a line that this store never had', async () => {
  expect((await fetch(`${demo.url}/v1/lines?after=999999`)).status).toBe(410);
});

test.each(['limit=0', 'limit=many', 'after=-1', 'before=never'])(
  'answers 400 to a reader who asks for %s',
  async (query) => {
    expect((await fetch(`${demo.url}/v1/lines?${query}`)).status).toBe(400);
  },
);

test('lets no page of another origin watch', async () => {
  const headers = { upgrade: 'websocket', connection: 'upgrade', origin: 'https://elsewhere.test' };
  const status = await new Promise((resolve) =>
    get(`${demo.url}/v1/tail`, { headers }, (answer) => resolve(answer.statusCode)),
  );
  expect(status).toBe(403);
});

test.each([
  ['the URL', '&encoding=gzip', {}],
  ['a header', '', { 'content-encoding': 'gzip' }],
])('takes a gzip body that says so in %s', async (where, query, headers) => {
  const answer = await postBytes(gzipSync(lineText({ id: `gzip-${where}` })), query, headers);
  expect(await answer.json()).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
});

test.each([
  ['that is cut', gzipSync(lineText({ id: 'broken-1' })).subarray(0, 60)],
  ['of two members', Buffer.concat([gzipSync(lineText({ id: 'broken-2' })), gzipSync(lineText({ id: 'broken-3' }))])],
  ['that is plain text', Buffer.from(lineText({ id: 'broken-4' }))],
  ['of nothing', Buffer.alloc(0)],
])('answers 400 to a gzip body %s, and stores nothing', async (_, bytes) => {
  expect((await postBytes(bytes, '&encoding=gzip')).status).toBe(400);
  expect(await storedIds('broken-')).toEqual([]);
});

test('answers 413 to a small gzip body that is large inflated', async () => {
  const bytes = gzipSync(' '.repeat(1024 * 1024 + 1));
  expect((await postBytes(bytes, '&encoding=gzip')).status).toBe(413);
});

test('answers 413 to a gzip bomb, without inflating it all', async () => {
  const bytes = gzipSync(Buffer.alloc(400 * 1024 * 1024));
  expect((await postBytes(bytes, '&encoding=gzip')).status).toBe(413);
}, 30_000);

test('tells which lines have not arrived, in ranges', async () => {
  await demo.post(['asked-1', 'asked-2', 'asked-6', 'other-7'].map((id) => lineText({ id })).join('\n'));
  const answer = await askReceipts({ ids: ['asked-1..8', 'other-7', 'other-9'] });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ missing: ['asked-3..5', 'asked-7..8', 'other-9'] });
});

test.each([
  ['no JSON', 'ids', 'The body is not JSON.'],
  ['no ids', '{}', 'The body has no array "ids".'],
  ['an id that is no string', '{"ids":[1]}', 'An id is not a string, or too long.'],
  ['a range that runs backwards', '{"ids":["a-5..3"]}', 'The range a-5..3 runs backwards.'],
  ['more ids than it answers at once', '{"ids":["a-1..10001"]}', 'More than 10000 ids are asked for.'],
  ['a range without end', '{"ids":["a-1..999999999999999"]}', 'More than 10000 ids are asked for.'],
])('answers 400 to a question for receipts with %s', async (_, body, error) => {
  const answer = await fetch(`${demo.url}/v1/logs/receipts?key=demo`, { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([400, { error }]);
});

test('answers 401 to a question for receipts without the key', async () => {
  expect((await fetch(`${demo.url}/v1/logs/receipts`, { method: 'POST', body: '{"ids":[]}' })).status).toBe(401);
});

const postBytes = (body: Buffer, query: string, headers: Record<string, string> = {}) =>
  fetch(`${demo.url}/v1/logs?key=demo${query}`, { method: 'POST', body: new Uint8Array(body), headers });

const askReceipts = (question: object) =>
  fetch(`${demo.url}/v1/logs/receipts?key=demo`, { method: 'POST', body: JSON.stringify(question) });

/** Most of them in characters of two bytes. */
function lineOfBytes(bytes: number): string {
  const [start, end] = lineText({ id: `bytes-${bytes}`, message: '*' }).split('*') as [string, string];
  const rest = bytes - start.length - end.length;
  return start + 'é'.repeat(Math.floor(rest / 2)) + (rest % 2 ? 'e' : '') + end;
}

/** The line itself is the first level. */
function lineOfLevels(levels: number): string {
  const arrays = '['.repeat(levels - 1) + ']'.repeat(levels - 1);
  return lineText({ id: `levels-${levels}`, event: '*' }).replace('"*"', arrays);
}

const readLines = async (query: string): Promise<any> => (await fetch(`${demo.url}/v1/lines?${query}`)).json();

const storedIds = async (prefix: string) =>
  (await demo.lines()).map((line) => line.id).filter((id) => id.startsWith(prefix));
