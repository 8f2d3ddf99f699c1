// The text of a request's body, inflated if it says gzip, and never more of it than a limit.

// A body is read before it is refused, and so far when it is too large: an answer to a body that is still coming
// breaks the connection, and a page that cannot read the refusal sends the same again.
const drained = 16;

/** Why a body has no text. */
export type NoText = { readonly why: 'tooLarge' | 'broken' };

/** The body as text, read once; inflated or not, it is no larger than maxBytes. */
export async function readText(request: Request, maxBytes: number): Promise<string | NoText> {
  if (request.body === null) return '';
  if (!isGzip(request)) return decode(request.body, maxBytes);
  try {
    // Refuses what is cut, and a second member: a body is one (RFC 1952, 2.2 would allow more).
    return await decode(request.body.pipeThrough(new DecompressionStream('gzip')), maxBytes);
  } catch {
    return { why: 'broken' };
  }
}

// Beacons can set no header: they say it in the URL.
const isGzip = (request: Request): boolean =>
  new URL(request.url).searchParams.get('encoding') === 'gzip' ||
  request.headers.get('Content-Encoding')?.trim().toLowerCase() === 'gzip';

async function decode(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<string | NoText> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) text += decoder.decode(chunk, { stream: true });
    else if (bytes > drained * maxBytes) break;
    else text = '';
  }
  return bytes > maxBytes ? { why: 'tooLarge' } : text + decoder.decode();
}
