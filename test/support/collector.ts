// A real HTTP collector on loopback that keeps what it receives and answers as the test says. It takes gzip, and tells
// what has not arrived to whoever asks for receipts.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createArrivals } from './arrivals.js';
import { closeWithTest } from './closeWithTest.js';
import { type CollectedRequest, type Line, parseLines, type StoredLine, storeLines } from './collectedLines.js';
import { gunzipMember } from './gunzipMember.js';
import { listenOnLoopback, readBody } from './loopback.js';
import { missingOf, type Question } from './receipts.js';

export type { CollectedRequest, Line, StoredLine };

/** How a request is answered. Its lines are stored at once if the status is 2xx, or as `stores` says. */
export interface Answer {
  /** @default 202 */
  status?: number;
  headers?: OutgoingHttpHeaders;
  body?: string;
  /** Never answers; the connection stays open. */
  hang?: boolean;
  /** Cuts the connection in place of an answer. */
  cut?: boolean;
  /** Answers when this settles; see createGate. */
  until?: Promise<unknown>;
  /** `true` with `cut`: stored, and the answer lost. @default true for a 2xx that is neither hung nor cut */
  stores?: boolean;
  /** `false`: no CORS headers, so that a page cannot read the answer. @default true */
  cors?: boolean;
  /** @default as the collector's */
  announce?: boolean | string;
}

export interface CollectorOptions {
  /** Sends `Timberlog-Collector: 1`, or the text given. @default false */
  announce?: boolean | string;
  /** The port of one that was closed, to come back there. @default a free one */
  port?: number;
}

export interface Collector {
  /** http://127.0.0.1:port/v1/logs */
  readonly endpoint: string;
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly port: number;
  /** All requests but preflights, in the order in which their bodies ended, whatever was answered. */
  readonly requests: CollectedRequest[];
  readonly preflights: IncomingMessage[];
  /** Questions for receipts, and what was answered; none of them is among `requests`. */
  readonly questions: Question[];
  /** The texts of the stored requests. */
  readonly bodies: string[];
  /** The stored lines, once an id, in order of first arrival. */
  readonly lines: Line[];
  readonly byId: Map<string, StoredLine>;
  /** Resolves with `lines` once there are so many, or the predicate says yes. Rejects after timeoutMs (10,000). */
  waitForLines(wanted: number | ((lines: readonly Line[]) => unknown), timeoutMs?: number): Promise<Line[]>;
  /** Resolves with the first stored line of that message. */
  waitForMessage(message: string, timeoutMs?: number): Promise<Line>;
  waitForRequests(
    wanted: number | ((requests: readonly CollectedRequest[]) => unknown),
    timeoutMs?: number,
  ): Promise<CollectedRequest[]>;
  /** Resolves with `questions` once there are so many. */
  waitForQuestions(wanted: number, timeoutMs?: number): Promise<Question[]>;
  /** The answers to the next requests, one each. */
  answer(...answers: Answer[]): void;
  /** How questions for receipts are answered. @default by what is missing */
  answerReceipts(answer: Answer | undefined): void;
  /** The answer to every request for which none is queued. */
  answerAlways(answer: Answer): void;
  close(): Promise<void>;
}

/** Starts a collector. One started in a test closes when that test ends. */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const requests: CollectedRequest[] = [];
  const questions: Question[] = [];
  const preflights: IncomingMessage[] = [];
  const bodies: string[] = [];
  const lines: Line[] = [];
  const byId = new Map<string, StoredLine>();
  const arrivals = createArrivals();
  const queue: Answer[] = [];
  let otherwise: Answer = {};
  let toQuestions: Answer | undefined;

  async function respond(incoming: IncomingMessage, response: ServerResponse) {
    if (incoming.method === 'OPTIONS') {
      preflights.push(incoming);
      return void response.writeHead(204, corsHeaders(incoming)).end();
    }
    const { bytes, truncated } = await readBody(incoming);
    if (/\/receipts(\?|$)/.test(incoming.url ?? '')) return respondToQuestion(incoming, response, bytes.toString());
    const plain = incoming.url?.includes('encoding=gzip') ? gunzipMember(bytes) : bytes;
    const answer = plain ? (queue.shift() ?? otherwise) : { status: 400 };
    const request = collected(incoming, { bytes, plain: plain ?? Buffer.alloc(0), truncated }, answer);
    requests.push(request);
    if (request.stored) {
      bodies.push(request.text);
      lines.push(...storeLines(request.text, byId));
    }
    arrivals.happened();
    await answerWith(answer, incoming, response);
  }

  function respondToQuestion(incoming: IncomingMessage, response: ServerResponse, text: string) {
    const { ids } = JSON.parse(text) as { ids: string[] };
    const missing = missingOf(ids, byId);
    questions.push({ ids, missing });
    arrivals.happened();
    return answerWith(toQuestions ?? { status: 200, body: JSON.stringify({ missing }) }, incoming, response);
  }

  async function answerWith(answer: Answer, incoming: IncomingMessage, response: ServerResponse) {
    await answer.until;
    if (answer.cut) return void incoming.socket.destroy();
    if (answer.hang) return;
    const announced = answer.announce ?? options.announce;
    response.writeHead(answer.status ?? 202, {
      ...(answer.cors === false ? {} : corsHeaders(incoming)),
      ...(announced ? { 'timberlog-collector': announced === true ? '1' : announced } : {}),
      ...answer.headers,
    });
    response.end(answer.body);
  }

  const server = await listenOnLoopback(respond, options.port);
  closeWithTest(server.close);
  const url = `http://127.0.0.1:${server.port}`;

  const tell = () =>
    `The collector has ${lines.length} lines: ${JSON.stringify(lines.map((line) => line.message))}, ` +
    `from ${requests.length} requests: ${requests.map(summary).join(', ') || 'none'}.`;
  const waitFor = <T>(all: T[], wanted: number | ((all: readonly T[]) => unknown), timeoutMs = 10_000) => {
    const enough = typeof wanted === 'number' ? () => all.length >= wanted : () => wanted(all);
    return arrivals.wait(() => (enough() ? all : undefined), timeoutMs, tell);
  };

  return {
    ...{ url, endpoint: `${url}/v1/logs`, port: server.port, requests, questions, preflights, bodies, lines, byId },
    waitForLines: (wanted, timeoutMs) => waitFor(lines, wanted, timeoutMs),
    waitForRequests: (wanted, timeoutMs) => waitFor(requests, wanted, timeoutMs),
    waitForQuestions: (wanted, timeoutMs) => waitFor(questions, wanted, timeoutMs),
    waitForMessage: (message, timeoutMs = 10_000) =>
      arrivals.wait(
        () => lines.find((line) => line.message === message),
        timeoutMs,
        () => `Wanted "${message}". ${tell()}`,
      ),
    answer: (...answers) => void queue.push(...answers),
    answerReceipts: (answer) => {
      toQuestions = answer;
    },
    answerAlways: (answer) => {
      otherwise = answer;
    },
    close: server.close,
  };
}

interface Received {
  bytes: Buffer;
  /** Inflated, where they were gzip. */
  plain: Buffer;
  truncated: boolean;
}

function collected(incoming: IncomingMessage, { bytes, plain, truncated }: Received, answer: Answer): CollectedRequest {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
  const text = plain.toString('utf8');
  const status = answer.hang || answer.cut ? undefined : (answer.status ?? 202);
  const accepts = status !== undefined && status >= 200 && status < 300;
  return {
    ...{ method: incoming.method ?? '', url, key: url.searchParams.get('key'), headers: incoming.headers },
    ...{ bytes, text, ...parseLines(text), truncated, status },
    beacon: incoming.headers['sec-fetch-mode'] === 'no-cors',
    stored: incoming.method === 'POST' && !truncated && (answer.stores ?? accepts),
  };
}

// Beacons carry cookies, so the wildcard would not do: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
function corsHeaders(incoming: IncomingMessage): OutgoingHttpHeaders {
  return {
    'access-control-allow-origin': incoming.headers.origin ?? '*',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': incoming.headers['access-control-request-headers'] ?? 'content-type',
    'access-control-expose-headers': 'Timberlog-Collector, Retry-After',
    vary: 'Origin',
  };
}

const summary = (request: CollectedRequest) =>
  `${request.method} ${request.url.pathname} ${request.status ?? 'unanswered'}${request.beacon ? ' (beacon)' : ''}`;
