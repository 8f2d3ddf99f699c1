// A log call, encoded as far as it can be without its number: what is left to do is to put pieces of text together.
import { cutText, utf8Bytes } from './bytes.js';
import { type Budget, encodeFields, encodeValue, type Json, markAllowance, spendError } from './encode.js';
import { isError, messageOf } from './errors.js';
import { contextText, type Layer, maxContextBytes, type SizedText } from './frame.js';
import type { Collapsed } from './sharedContext.js';
import type { Level } from './types.js';

/** UTF-8 bytes of a line. */
export const maxLineBytes = 60_000;
export const maxMessageBytes = 8_192;
/** id, dt, level, logger (256 characters, of which each may take six bytes) and the names of the parts. */
const maxHeadBytes = 2_000;
const maxEventBytes = maxLineBytes - maxContextBytes - maxMessageBytes - maxHeadBytes - 2 * markAllowance;
/** An error leaves room for the fields beside it. */
const maxErrorBytes = 16_000;

/** Nothing mutable is left in it. */
export interface Entry {
  readonly level: Level;
  /** A JSON string. */
  readonly message: string;
  readonly collapsed: Collapsed;
  readonly layer: Layer;
  /** A JSON object. */
  readonly event?: string;
  readonly isDropReport?: boolean;
}

export function createEntry(level: Level, message: unknown, event: unknown, collapsed: Collapsed, layer: Layer): Entry {
  const text = JSON.stringify(cutText(messageText(message), maxMessageBytes));
  const encoded = encodeEvent(message, event);
  return { level, message: text, collapsed, layer, ...(encoded && { event: JSON.stringify(encoded) }) };
}

/** The line without its number: everything after `id` and `dt`. The context's text is neither read nor counted again. */
export function encodeEntry({ level, message, collapsed, layer, event }: Entry, loggerName: string): SizedText {
  const context = contextText(collapsed, layer);
  const before =
    `"level":"${level}",` +
    (loggerName && `"logger":${JSON.stringify(loggerName)},`) +
    `"message":${message}` +
    (context.text && ',"context":');
  const after = event ? `,"event":${event}}` : '}';
  return { text: before + context.text + after, bytes: utf8Bytes(before) + context.bytes + utf8Bytes(after) };
}

export const numbered = (id: string, at: number, rest: string): string =>
  `{"id":"${id}","dt":"${new Date(at).toISOString()}",${rest}`;

function messageText(message: unknown): string {
  if (typeof message === 'string') return message;
  if (isError(message)) return messageOf(message);
  const encoded = encodeValue(message, { bytes: maxMessageBytes });
  return typeof encoded === 'string' ? encoded : String(JSON.stringify(encoded));
}

// An Error as message, as event, or at the event's error, err or cause becomes event.error: the first of them; any
// other stays where it is, in its encoded form.
function encodeEvent(message: unknown, event: unknown): { [name: string]: Json } | undefined {
  const budget: Budget = { bytes: maxEventBytes };
  const encoded: { [name: string]: Json } = {};
  const errorName = isError(message) || isError(event) ? undefined : errorNameIn(event);
  const error = isError(message) ? message : isError(event) ? event : errorName && read(event, errorName);
  if (isError(error)) {
    const ofError: Budget = { bytes: maxErrorBytes };
    encoded.error = spendError(error, ofError);
    budget.bytes -= maxErrorBytes - ofError.bytes;
  }
  if (event !== error) {
    const custom = encodeCustom(event, budget, errorName);
    if (custom !== undefined) encoded.custom = custom;
  }
  return Object.keys(encoded).length > 0 ? encoded : undefined;
}

function encodeCustom(event: unknown, budget: Budget, leftOut: string | undefined): Json | undefined {
  if (event === undefined) return undefined;
  const custom = leftOut === undefined ? encodeValue(event, budget) : encodeFields(event as object, budget, leftOut);
  if (typeof custom !== 'object' || custom === null || Array.isArray(custom)) return { value: custom };
  return Object.values(custom).some((value) => value !== undefined) ? custom : undefined;
}

const errorNameIn = (event: unknown): string | undefined =>
  typeof event === 'object' && event !== null
    ? ['error', 'err', 'cause'].find((name) => isError(read(event, name)))
    : undefined;

function read(event: unknown, name: string): unknown {
  try {
    return Object.hasOwn(event as object, name) ? (event as { [name: string]: unknown })[name] : undefined;
  } catch {
    return undefined; // a getter that throws, or a Proxy: encodeValue says so in its place
  }
}
