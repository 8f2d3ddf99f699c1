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
  try {
    const value = typeof source === 'string' ? JSON.parse(source) : source.value;
    const wrong = whatIsWrong(value);
    if (wrong) return wrong;
    const text = typeof source === 'string' ? source.trim() : JSON.stringify(value);
    return { id: value.id, at: Date.parse(value.dt), text };
  } catch (error) {
    return typeof source === 'string' ? 'is not JSON' : `cannot be stored: ${(error as Error).message}`;
  }
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
  return undefined;
}
