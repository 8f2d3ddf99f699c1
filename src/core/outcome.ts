// What an answer means: pure rules.
import type { Outcome } from './types.js';

/** What the rules look at in an HTTP answer. */
export interface Answer {
  readonly status: number;
  /** A response's `type`: `opaque` and `opaqueredirect` cannot be read. */
  readonly type?: string;
  readonly redirected?: boolean;
  readonly headers: { get(name: string): string | null };
}

const maxRetryAfterMs = 60 * 60_000;

/**
 * A readable, not redirected 2xx that is not HTML acknowledges. Once the endpoint has announced itself by the header
 * `Timberlog-Collector`, an answer without it is somebody else's (a captive portal's, a proxy's) and says nothing of the
 * lines, whatever its status.
 */
export function judgeAnswer(answer: Answer, announced: boolean, now: number): Outcome {
  const { status, headers } = answer;
  const retry = (why: string): Outcome => ({ kind: 'retry', why, ...retryAfter(headers.get('retry-after'), now) });
  if (answer.type === 'opaque' || answer.type === 'opaqueredirect' || answer.redirected || isRedirect(status)) {
    return { kind: 'retry', why: `the answer was a redirect or could not be read (status ${status})` };
  }
  if (announced && !headers.get('timberlog-collector')) {
    return retry(`status ${status} came without the collector's own header`);
  }
  if (status >= 200 && status < 300) {
    const isPage = /html/i.test(headers.get('content-type') ?? '');
    return isPage ? { kind: 'retry', why: `status ${status} came with an HTML page` } : { kind: 'delivered' };
  }
  const why = `status ${status}`;
  if (status === 413) return { kind: 'tooLarge', why };
  if (status === 400 || status === 422) return { kind: 'refused', why };
  if (status === 401 || status === 403 || status === 404) return { kind: 'denied', why };
  return retry(why);
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3); at most an hour, nothing for what makes no sense. */
export function retryAfter(header: string | null, now: number): { afterMs?: number } {
  if (header === null || header.trim() === '') return {};
  const seconds = Number(header);
  const afterMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return afterMs > 0 ? { afterMs: Math.min(afterMs, maxRetryAfterMs) } : {};
}
