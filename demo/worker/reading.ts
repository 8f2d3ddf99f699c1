// GET /v1/lines and /v1/tail: what the console reads. Neither allows another origin.
import type { Before, LineStore } from './lineStore.js';

const defaultLimit = 100;
const maxLimit = 500;

/**
 * A page of lines as `{ lines: [{ seq, at, line }], next }`: newest first (`?before=` goes on at an earlier page's next),
 * or with `?after=` those that arrived after that seq, in order of arrival. 410: no such seq here; read from the start.
 */
export async function readLines(request: Request, store: DurableObjectStub<LineStore>): Promise<Response> {
  if (request.method !== 'GET') return refusal(405, 'Lines are read with GET.');
  const query = new URL(request.url).searchParams;
  const limit = wholeNumber(query.get('limit') ?? String(defaultLimit));
  if (limit === null || limit < 1) return refusal(400, 'limit is not a whole number from 1.');
  const after = query.get('after');
  if (after !== null) {
    const seq = wholeNumber(after);
    if (seq === null) return refusal(400, 'after is not the seq of a line.');
    return orSorry(async () => {
      const page = await store.arrivedAfter(seq, Math.min(limit, maxLimit));
      return page === null ? refusal(410, 'No line ever had that seq here.') : json(page);
    });
  }
  const before = placeOf(query.get('before'));
  if (before === undefined) return refusal(400, 'before is not the next of a page.');
  return orSorry(async () => json(await store.page(before, Math.min(limit, maxLimit))));
}

/** A WebSocket that gets each line as it arrives, for pages of this origin: CORS does not guard WebSockets. */
export function tailLines(request: Request, store: DurableObjectStub<LineStore>): Response | Promise<Response> {
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return refusal(426, 'This is a WebSocket.');
  const origin = request.headers.get('Origin');
  if (origin !== null && origin !== new URL(request.url).origin) return refusal(403, 'Not for other origins.');
  return orSorry(() => store.fetch(request));
}

/** What the store throws is for the Worker's own log: it may speak of the inside. */
async function orSorry(read: () => Promise<Response>): Promise<Response> {
  try {
    return await read();
  } catch (error) {
    console.error('The lines could not be read:', error);
    return refusal(503, 'The lines cannot be read now; try again.', { 'Retry-After': '5' });
  }
}

function placeOf(text: string | null): Before | null | undefined {
  if (text === null) return null;
  const [, at, seq] = /^(-?\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  return at && seq ? { at: Number(at), seq: Number(seq) } : undefined;
}

const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

const json = (text: string) =>
  new Response(text, { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } });

const refusal = (status: number, error: string, headers: HeadersInit = {}) =>
  Response.json({ error }, { status, headers });
