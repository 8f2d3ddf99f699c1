// What the console's reading gets however much is stored, and when nothing can be read.
import { readdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineText } from './lineText.js';
import { createStateFolder, type Demo, startDemo } from './startDemo.js';

const mebibyte = 1024 * 1024;

test('bounds a page by its bytes as well as by its lines, and goes on where it ended', async () => {
  const demo = await startDemo((await createStateFolder()).path);
  for (let body = 0; body < 6; body++) await demo.post(bodyOfLongLines(body));
  const newestFirst = await readAll(demo, 'before', '');
  const asArrived = await readAll(demo, 'after', '0');
  expect(Math.max(...newestFirst.pageBytes, ...asArrived.pageBytes)).toBeLessThanOrEqual(4.1 * mebibyte);
  expect(newestFirst.seqs).toEqual(Array.from({ length: 102 }, (_, index) => 102 - index));
  expect(asArrived.seqs).toEqual(newestFirst.seqs.toReversed());
});

/** 17 lines of nearly 60,000 bytes, in characters of three. */
const bodyOfLongLines = (body: number) =>
  Array.from({ length: 17 }, (_, line) => {
    const number = body * 17 + line;
    const dt = new Date(Date.UTC(2026, 10, 22) + number).toISOString();
    return lineText({ id: `long-${number}`, dt, message: '木'.repeat(19_950) });
  }).join('\n');

/** Follows `next` to the last page. */
async function readAll(demo: Demo, way: 'before' | 'after', from: string) {
  const read = { pageBytes: [] as number[], seqs: [] as number[] };
  for (let next: string | null = from; next !== null; ) {
    const answer = await fetch(`${demo.url}/v1/lines?limit=500${next && `&${way}=${next}`}`);
    const text = await answer.text();
    const page = JSON.parse(text);
    read.pageBytes.push(Buffer.byteLength(text));
    read.seqs.push(...page.lines.map(({ seq }: { seq: number }) => seq));
    next = page.next;
  }
  return read;
}

test('answers 503 with a sentence, and tells nothing of the inside, when the store cannot be read', async () => {
  const demo = await startBrokenDemo();
  const answer = await fetch(`${demo.url}/v1/lines`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toEqual({ error: 'The lines cannot be read now; try again.' });
});

test('answers a watcher in the same way', async () => {
  const demo = await startBrokenDemo();
  const headers = { upgrade: 'websocket', connection: 'upgrade' };
  const status = await new Promise((resolve) =>
    get(`${demo.url}/v1/tail`, { headers }, (answer) => resolve(answer.statusCode)),
  );
  expect(status).toBe(503);
});

/** Its database is none. */
async function startBrokenDemo(): Promise<Demo> {
  const state = await createStateFolder();
  const demo = await startDemo(state.path);
  await demo.post(lineText({}));
  await demo.stop();
  for (const file of await readdir(state.path, { recursive: true })) {
    // Named by the object's id; others are Miniflare's own.
    const [name, ending] = /[0-9a-f]{64}\.sqlite(-wal|-shm)?$/.exec(file) ?? [];
    if (name && ending) await rm(join(state.path, file));
    else if (name) await writeFile(join(state.path, file), 'no database '.repeat(1000));
  }
  return startDemo(state.path);
}
