// Delivery without a sub-request: lines are published on a diagnostics channel, and a Tail Worker forwards them.
import { utf8Bytes } from '../core/bytes.js';
import { levels } from '../core/levels.js';
import type { Line } from '../core/memoryBuffer.js';
import type { Level, Transport } from '../core/types.js';

const channelName = 'timberlog';

/**
 * What an invocation publishes and prints may take 256 KiB together, as it is serialised: two bytes a character once
 * one of them is not Latin-1 (developers.cloudflare.com/changelog/post/2025-04-07-increase-trace-events-limit; workerd
 * drops what is beyond it). This much of it is lines; the rest is the application's.
 */
const maxFlushBytes = 96 * 1024;

/**
 * A transport for Cloudflare's Workers that makes no request: lines are published on the diagnostics channel
 * `timberlog`, from where Cloudflare hands them to the Worker's Tail Workers, one of which forwards them with
 * `tailToCollector`. It needs `nodejs_compat` (the default from the compatibility date 2026-08-04 on) and a Tail Worker;
 * where there is none, the lines are gone, and nothing can tell. A flush publishes 98,304 bytes at most; what is more
 * goes with the next one, so that an invocation stays below the 256 KiB that Cloudflare allows for all that it publishes
 * and prints.
 * @example createLogger({ transport: tail() })
 */
export function tail(): Transport {
  return {
    maxFlushBytes,
    async send(body) {
      const { channel } = await import('node:diagnostics_channel').catch(() => {
        throw new Error('there is no node:diagnostics_channel here: set the compatibility flag nodejs_compat');
      });
      channel(channelName).publish(body.text);
    },
  };
}

/** As much of Cloudflare's TraceItem as is used. */
export interface TailEvent {
  readonly diagnosticsChannelEvents?: readonly { readonly channel: string; readonly message: unknown }[];
}

export interface Published {
  readonly lines: Line[];
  /** Sentences on what was published and is no line, or was too much. */
  readonly troubles: string[];
}

/** What loggers with `transport: tail()` published in these invocations. */
export function publishedIn(events: readonly TailEvent[], now: number): Published {
  const published = events.flatMap((event) => event.diagnosticsChannelEvents ?? []);
  const texts = published.filter(({ channel }) => channel === channelName).flatMap(({ message }) => linesOf(message));
  const lines = texts.map((text) => asLine(text, now));
  const troubles: string[] = [];
  if (lines.includes(undefined)) troubles.push(`Something on the channel ${channelName} is no line; it was left out.`);
  // What workerd puts in the place of all that is beyond its limit.
  if (published.some(({ channel }) => channel === 'workerd.LimitExceeded')) {
    troubles.push(
      'An invocation published and printed more than 256 KiB: gaps in the ids tell which lines are missing.',
    );
  }
  return { lines: lines.filter((line) => line !== undefined), troubles };
}

const linesOf = (message: unknown): unknown[] => (typeof message === 'string' ? message.split('\n') : [message]);

const head = /^\{"id":"([^"]+)","dt":"([^"]+)","level":"([a-z]+)"/;

function asLine(text: unknown, now: number): Line | undefined {
  const [, id, dt, level] = (typeof text === 'string' && head.exec(text)) || [];
  if (!id || !dt || !levels.includes(level as Level)) return undefined;
  const line = text as string;
  return { id, text: line, bytes: utf8Bytes(line), level: level as Level, at: Date.parse(dt) || now, adopted: true };
}
