// The encoded form of an Error: name, message, parsed stack, causes.
import { parseStack } from 'error-stack-parser-es/lite';
import { cutText } from './bytes.js';
import type { Json } from './encode.js';

const maxFrames = 20;
const maxCauses = 5;
const maxMessageBytes = 2_048;
// The parser's regular expressions are not linear in a line's length, so hostile stacks are cut before it sees them.
const maxStackCharacters = 16_384;
const maxStackLineCharacters = 512;

export const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'; // of another realm

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
  let stack = read(error, 'stack');
  // V8 puts name and message before the frames: neither may be taken for a frame, nor use up what is parsed.
  const heading = `${read(error, 'name')}: ${read(error, 'message')}`;
  if (stack.startsWith(heading)) stack = stack.slice(heading.length);
  const lines = stack.slice(0, maxStackCharacters).split('\n');
  const text = lines.map((line) => line.slice(0, maxStackLineCharacters)).join('\n');
  return parseStack(text, { slice: maxFrames }).flatMap(({ file, function: name, line, col }) => {
    const frame: { [name: string]: Json } = {};
    if (file) frame.file = cutText(file, maxStackLineCharacters);
    if (name) frame.function = cutText(name, 200);
    if (line !== undefined) frame.line = line;
    if (col !== undefined) frame.column = col;
    return Object.keys(frame).length > 0 ? [frame] : [];
  });
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
    return String(value);
  } catch {
    return '[unreadable]';
  }
}
