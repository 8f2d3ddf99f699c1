// POST /v1/logs: takes bodies of lines from pages and Workers, and answers what became of them; POST /v1/logs/receipts:
// which lines have not arrived. Storing is LineStore's.
import { readText } from './bodyText.js';
import { type Env, lineStore } from './env.js';
import { parseLines, type Rejection } from './parseLines.js';
import { answerReceipts } from './receipts.js';

const maxBodyBytes = 1024 * 1024;
const contentTypes = new Set(['text/plain', 'application/x-ndjson', 'application/json']);

/** What became of a body's lines: stored now, stored before, or refused one by one. */
export interface Receipt {
  accepted: number;
  duplicates: number;
  rejected: Rejection[];
}

/** What this collector can: SDKs compress and ask for receipts only where it is said. */
const announcement = '1, gzip, receipts';

/** Answers a request to the collector's URLs: 202 with a {@link Receipt}, or what is wrong with it as a whole. */
export async function collect(request: Request, env: Env): Promise<Response> {
  const answer = await answerTo(request, env);
  for (const [name, value] of Object.entries(corsHeaders(request))) answer.headers.set(name, value);
  answer.headers.set('Timberlog-Collector', announcement);
  return answer;
}

async function answerTo(request: Request, env: Env): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight();
  if (request.method !== 'POST') return refusal(405, 'Lines are POSTed.', { Allow: 'POST, OPTIONS' });
  const text = await readText(request, maxBodyBytes);
  if (new URL(request.url).searchParams.get('key') !== env.TIMBER_KEY) {
    return refusal(401, 'The key (?key=…) is missing or unknown.');
  }
  const contentType = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  // None at all is what a page sends that beacons bytes.
  if (contentType && !contentTypes.has(contentType)) {
    return refusal(415, `The content type is ${contentType}; it may be ${[...contentTypes].join(', ')}.`);
  }
  if (typeof text !== 'string') {
    if (text.why === 'tooLarge') return refusal(413, `The body is larger than ${maxBodyBytes} bytes.`);
    return refusal(400, 'The body says gzip and is not one whole gzip member.');
  }
  return new URL(request.url).pathname.endsWith('/receipts') ? answerReceipts(text, env) : store(text, env);
}

/** Stores the lines of a body's text. Also the way in for this Worker's own lines, which have no request to come by. */
export async function store(text: string, env: Env): Promise<Response> {
  const { lines, rejected } = parseLines(text);
  if (lines.length === 0) return Response.json({ error: 'The body holds no line.', rejected }, { status: 400 });
  try {
    const receipt: Receipt = { ...(await lineStore(env).add(lines)), rejected };
    return Response.json(receipt, { status: 202 });
  } catch (error) {
    console.error('The lines could not be stored:', error);
    return refusal(503, 'The lines could not be stored; send them again.', { 'Retry-After': '5' });
  }
}

const refusal = (status: number, error: string, headers: HeadersInit = {}) =>
  Response.json({ error }, { status, headers });

// Beacons carry cookies, so that the origin must be named and credentials allowed, although none are looked at.
// https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get('Origin');
  if (origin === null) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': 'Timberlog-Collector, Retry-After',
    Vary: 'Origin',
  };
}

const preflight = () =>
  new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Content-Type',
      // Two hours: Chromium keeps none longer.
      'Access-Control-Max-Age': '7200',
    },
  });
