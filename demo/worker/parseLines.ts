// From the text of a body to the lines in it: each good one as it is stored, each bad one with the reason.

/** A line that can be stored. */
export interface Line {
  id: string;
  /** Its `dt`, in milliseconds since 1970. */
  at: number;
  /** One JSON object, with no newline. */
  text: string;
}

export interface Rejection {
  /** Its place in the body, from 1: of the text's line, or of the array's element. */
  line: number;
  reason: string;
}

const levels = new Set(['debug', 'info', 'warn', 'error', 'fatal']);
const maxIdLength = 100;
// The wire format's own limit; SDKs cut what is longer.
const maxLineBytes = 60_000;
// Ten times what SDKs send, and far from where readers overflow their stacks.
const maxLevels = 100;
const encoder = new TextEncoder();

/** Reads newline-separated JSON objects, or one JSON array of them. One bad line never costs its neighbours. */
export function parseLines(text: string): { lines: Line[]; rejected: Rejection[] } {
  const lines: Line[] = [];
  const rejected: Rejection[] = [];
  for (const [index, source] of split(text).entries()) {
    if (typeof source === 'string' && source.trim() === '') continue;
    const line = read(source);
    if (typeof line === 'string') rejected.push({ line: index + 1, reason: line });
    else lines.push(line);
  }
  return { lines, rejected };
}

/** The body's lines as text, or the elements of its array as values. */
function split(text: string): (string | { value: unknown })[] {
  if (text.trimStart().startsWith('[')) {
    try {
      return (JSON.parse(text) as unknown[]).map((value) => ({ value }));
    } catch {
      // Not an array after all: a first line that is bad, perhaps with good ones below.
    }
  }
  return text.split('\n');
}

/** The line, or the reason why it is none. */
function read(source: string | { value: unknown }): Line | string {
  let value: any;
  try {
    value = typeof source === 'string' ? JSON.parse(source) : source.value;
  } catch {
    return 'is not JSON';
  }
  const wrong = whatIsWrong(value);
  if (wrong) return wrong;
  const text = typeof source === 'string' ? source.trim() : JSON.stringify(value);
  if (encoder.encode(text).byteLength > maxLineBytes) return `is longer than ${maxLineBytes} bytes`;
  return { id: value.id, at: Date.parse(value.dt), text };
}

function whatIsWrong(value: any): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not a JSON object';
  if (typeof value.id !== 'string' || value.id === '') return 'has no id (a string)';
  if (value.id.length > maxIdLength) return `has an id of more than ${maxIdLength} characters`;
  if (typeof value.dt !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value.dt) || Number.isNaN(Date.parse(value.dt))) {
    return 'has no dt (a date and time as 2026-11-22T13:40:00.123Z)';
  }
  if (!levels.has(value.level)) return `has no level (${[...levels].join(', ')})`;
  if (typeof value.message !== 'string') return 'has no message (a string)';
  if (isDeeperThan(value, maxLevels)) return `is nested deeper than ${maxLevels} levels`;
  return undefined;
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));
