// POST /v1/logs/receipts: which of the lines that a page names have not arrived. It tells nothing of any other.
import { type Env, lineStore } from './env.js';

/** Of one question; an SDK asks for far fewer at a time. */
const maxIds = 10_000;
const maxIdLength = 100;

/** Answers `{"ids":["01K…-1..40","01L…-7"]}` with `{"missing":["01K…-3..5"]}`. */
export async function answerReceipts(text: string, env: Env): Promise<Response> {
  const ids = readIds(text);
  if (typeof ids === 'string') return Response.json({ error: ids }, { status: 400 });
  const missing = await lineStore(env).missing(ids);
  return Response.json({ missing: asRanges(missing) });
}

/** The ids that a question names, or what is wrong with it. */
function readIds(text: string): string[] | string {
  let ranges: unknown;
  try {
    ranges = JSON.parse(text)?.ids;
  } catch {
    return 'The body is not JSON.';
  }
  if (!Array.isArray(ranges)) return 'The body has no array "ids".';
  const ids: string[] = [];
  for (const range of ranges) {
    if (typeof range !== 'string' || range.length > maxIdLength) return 'An id is not a string, or too long.';
    const [, writer, first, last] = /^(.+)-(\d{1,15})\.\.(\d{1,15})$/.exec(range) ?? [];
    const count = writer === undefined ? 1 : Number(last) - Number(first) + 1;
    if (count < 1) return `The range ${range} runs backwards.`;
    if (ids.length + count > maxIds) return `More than ${maxIds} ids are asked for.`;
    if (writer === undefined) ids.push(range);
    else for (let n = Number(first); n <= Number(last); n++) ids.push(`${writer}-${n}`);
  }
  return ids;
}

/** Ids that follow each other, as one: `01K…-3..5`. */
function asRanges(ids: string[]): string[] {
  const ranges: { writer: string; first: number; last: number; text: string }[] = [];
  for (const id of ids) {
    const [, writer = '', number = 'NaN'] = /^(.*)-(\d+)$/.exec(id) ?? [];
    const n = Number(number);
    const before = ranges[ranges.length - 1];
    if (before && before.writer === writer && before.last === n - 1) {
      before.last = n;
      before.text = `${writer}-${before.first}..${n}`;
    } else ranges.push({ writer, first: n, last: n, text: id });
  }
  return ranges.map(({ text }) => text);
}
