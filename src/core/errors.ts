// The encoded form of an Error: name, message, parsed stack, causes.
import { parseStack } from 'error-stack-parser-es/lite';
import { cutText } from './bytes.js';
import type { Json } from './encode.js';

const maxFrames = 20;
const maxCauses = 5;
const maxMessageBytes = 2_048;
// The parser's regular expressions are not linear in a line's length, so hostile stacks are cut before it sees them.
const maxStackLines = 50; // some are no frames
const maxStackLineCharacters = 512;

export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'; // of another realm
  } catch {
    return false; // a revoked Proxy
  }
}

/** The message of an Error, whatever stands there. */
export const messageOf = (error: Error): string => read(error, 'message');

/** name, message, backtrace (the innermost 20 frames) and the chain of causes (5 deep, a cycle ends it). */
export function encodeError(error: Error, seen: readonly unknown[] = []): { [name: string]: Json } {
  const encoded: { [name: string]: Json } = {
    name: cutText(read(error, 'name') || 'Error', 200),
    message: cutText(read(error, 'message'), maxMessageBytes),
  };
  const backtrace = parseBacktrace(error);
  if (backtrace.length > 0) encoded.backtrace = backtrace;
  const cause = readCause(error);
  if (cause === undefined || seen.length >= maxCauses || seen.includes(cause) || cause === error) return encoded;
  encoded.cause = isError(cause)
    ? encodeError(cause, [...seen, error])
    : { message: cutText(asText(cause), maxMessageBytes) };
  return encoded;
}

function parseBacktrace(error: Error): Json[] {
  const stack = withoutHeading(read(error, 'stack'), read(error, 'message'));
  const lines = stack.split('\n', maxStackLines);
  const text = lines.map(shortened).join('\n');
  return parseStack(text, { slice: maxFrames }).flatMap(({ file, function: name, line, col }) => {
    if (!file) return []; // the parser takes any text for a function
    const frame: { [name: string]: Json } = { file: cutText(file, maxStackLineCharacters) };
    if (name) frame.function = cutText(name, 200);
    if (line !== undefined) frame.line = line;
    if (col !== undefined) frame.column = col;
    return [frame];
  });
}

// In the middle: a line without its end, where the position stands, matches nothing, and that takes the parser longest.
function shortened(line: string): string {
  const half = maxStackLineCharacters / 2;
  return line.length <= maxStackLineCharacters ? line : `${line.slice(0, half - 1)}…${line.slice(-half)}`;
}

// V8 puts name and message before the frames: neither may be taken for a frame, nor use up what is parsed. The name is
// the one at construction, which `this.name = …` in a subclass comes too late for.
function withoutHeading(stack: string, message: string): string {
  const at = message === '' ? -1 : stack.indexOf(`: ${message}`);
  const isHeading = at >= 0 && !stack.slice(0, at).includes('\n');
  return isHeading ? stack.slice(at + 2 + message.length) : stack;
}

// An Error's own properties may be getters that throw, or hold anything.
function read(error: Error, property: 'name' | 'message' | 'stack'): string {
  try {
    const value: unknown = error[property];
    return typeof value === 'string' ? value : value === undefined ? '' : asText(value);
  } catch {
    return '[unreadable]';
  }
}

function readCause(error: Error): unknown {
  try {
    return error.cause;
  } catch {
    return '[unreadable]';
  }
}

function asText(value: unknown): string {
  try {
    return (typeof value === 'object' && JSON.stringify(value)) || String(value);
  } catch {
    return '[unreadable]';
  }
}
