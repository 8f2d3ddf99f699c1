// Bodies over HTTP, with whatever fetch the platform gives.
import { type Answer, judgeAnswer } from './outcome.js';
import type { Outcome, Transport } from './types.js';

export interface FetchTransportOptions {
  /** The endpoint with its key. */
  url: string;
  fetch(url: string, init: FetchInit): Promise<FetchAnswer>;
  now(): number;
}

export interface FetchInit {
  method: 'POST';
  body: string;
  headers: { 'content-type': string };
  redirect: 'manual';
  keepalive?: boolean;
  signal?: unknown;
}

interface FetchAnswer extends Answer {
  readonly body?: { cancel?(): Promise<void> } | null; // some stand-ins for fetch have none
}

/** POSTs as `text/plain`, which browsers send across origins without a preflight. */
export function createFetchTransport({ url, fetch, now }: FetchTransportOptions): Transport {
  let announced = false;
  return {
    async send(body, options = {}): Promise<Outcome> {
      let answer: FetchAnswer;
      try {
        answer = await fetch(url, {
          method: 'POST',
          body: body.text,
          headers: { 'content-type': 'text/plain;charset=UTF-8' },
          redirect: 'manual',
          ...options,
        });
      } catch (cause) {
        return { kind: 'retry', why: `the request failed (${(cause as Error)?.message ?? cause})` };
      }
      // An unread body keeps its connection, and in Workers stops the next request on it.
      answer.body?.cancel?.().catch(() => {});
      const outcome = judgeAnswer(answer, announced, now());
      if (outcome.kind === 'delivered' && answer.headers.get('timberlog-collector')) announced = true;
      return outcome;
    },
  };
}
