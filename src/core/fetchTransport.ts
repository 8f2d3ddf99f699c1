// Bodies over HTTP, with whatever fetch the platform gives.
import { type Announcement, createAnnouncement } from './announcement.js';
import { type Answer, judgeAnswer } from './outcome.js';
import type { Body, Outcome, SendOptions, Transport } from './types.js';

export interface FetchTransportOptions {
  /** The endpoint with its key. */
  url: string;
  fetch(url: string, init: FetchInit): Promise<FetchAnswer>;
  now(): number;
  /** What the endpoint is known to have said of itself. @default nothing yet */
  announcement?: Announcement | undefined;
  /** Requests up to this size outlive the page. @default 0 */
  keepaliveBytes?: number | undefined;
  /** Text as one gzip member, where the platform can. */
  compress?: ((text: string) => Promise<Uint8Array>) | undefined;
}

export interface FetchInit {
  method: 'POST';
  body: string | Uint8Array;
  headers: { 'content-type': string };
  redirect: 'manual';
  keepalive?: boolean;
  signal?: unknown;
}

interface FetchAnswer extends Answer {
  readonly body?: { cancel?(): Promise<void> } | null; // some stand-ins for fetch have none
}

/** Less is hardly worth the work. */
const leastCompressedBytes = 1_024;

/** Where a body goes that is one gzip member: beacons can set no header, so the URL says it. */
export const gzipUrl = (url: string): string => `${url}${url.includes('?') ? '&' : '?'}encoding=gzip`;

/** POSTs as `text/plain`, which browsers send across origins without a preflight. */
export function createFetchTransport(options: FetchTransportOptions): Transport {
  const { url, fetch, now, announcement = createAnnouncement(), keepaliveBytes = 0 } = options;
  let { compress } = options;

  interface Posted {
    readonly to: string;
    readonly body: string | Uint8Array;
    readonly bytes: number;
  }

  async function post({ to, body, bytes }: Posted, sendOptions: SendOptions): Promise<Outcome> {
    const answer = await fetch(to, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      redirect: 'manual',
      ...sendOptions,
      ...(bytes <= keepaliveBytes && { keepalive: true }),
    });
    // An unread body keeps its connection, and in Workers stops the next request on it.
    answer.body?.cancel?.().catch(() => {});
    const outcome = judgeAnswer(answer, announcement.text !== '', now());
    const said = answer.headers.get('timberlog-collector');
    if (outcome.kind === 'delivered' && said) announcement.hear(said);
    return outcome;
  }

  // While a page goes nothing asynchronous may come before the request.
  const isCompressed = ({ bytes }: Body, { keepalive }: SendOptions): boolean =>
    compress !== undefined && announcement.can('gzip') && !keepalive && bytes >= leastCompressedBytes;

  const plain = ({ text, bytes }: Body): Posted => ({ to: url, body: text, bytes });

  async function postCompressed(body: Body, sendOptions: SendOptions): Promise<Outcome> {
    const member = await compress!(body.text);
    if (sendOptions.signal?.aborted) return { kind: 'retry', why: 'it was given up' };
    const outcome = await post({ to: gzipUrl(url), body: member, bytes: member.length }, sendOptions);
    if (outcome.kind !== 'refused') return outcome;
    compress = undefined; // something on the way breaks it: no line is to blame
    return post(plain(body), sendOptions);
  }

  return {
    async send(body, sendOptions = {}): Promise<Outcome> {
      try {
        if (isCompressed(body, sendOptions)) return await postCompressed(body, sendOptions);
        return await post(plain(body), sendOptions);
      } catch (cause) {
        return { kind: 'retry', why: `the request failed (${(cause as Error)?.message ?? cause})` };
      }
    },
  };
}
