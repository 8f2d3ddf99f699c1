// What the test collector makes of a request: its lines, and what it stores of them, once an id.
import type { IncomingHttpHeaders } from 'node:http';

/** A line of the wire format, as it arrived. */
export interface Line {
  id: string;
  dt: string;
  level: string;
  message: string;
  logger?: string;
  context?: any;
  event?: any;
}

/** A request to the collector other than a preflight. */
export interface CollectedRequest {
  readonly method: string;
  readonly url: URL;
  readonly key: string | null;
  readonly headers: IncomingHttpHeaders;
  /** As they came over the wire. */
  readonly bytes: Buffer;
  /** Inflated, where they were gzip. */
  readonly text: string;
  readonly lines: Line[];
  /** Lines of the body that JSON.parse refuses. */
  readonly badLines: string[];
  /** Sent by navigator.sendBeacon: it is the one sender that never asks to read the answer. */
  readonly beacon: boolean;
  /** The connection ended before the body did. */
  readonly truncated: boolean;
  /** Whether the collector kept the lines. */
  readonly stored: boolean;
  /** The status that is answered; nothing if no answer is. */
  readonly status: number | undefined;
}

/** A stored line. */
export interface StoredLine {
  readonly line: Line;
  /** How many stored requests carried it. */
  times: number;
  /** The texts under this id: more than one is a fault. */
  readonly texts: Set<string>;
}

export function parseLines(text: string): { lines: Line[]; badLines: string[] } {
  const lines: Line[] = [];
  const badLines: string[] = [];
  for (const lineText of linesOf(text)) {
    try {
      lines.push(JSON.parse(lineText));
    } catch {
      badLines.push(lineText);
    }
  }
  return { lines, badLines };
}

/** Counts each line of text under its id, and returns those that are new. */
export function storeLines(text: string, byId: Map<string, StoredLine>): Line[] {
  const fresh: Line[] = [];
  for (const lineText of linesOf(text)) {
    const line = parseLines(lineText).lines[0];
    if (line === undefined) continue;
    const known = byId.get(line.id);
    if (known) {
      known.times++;
      known.texts.add(lineText);
    } else {
      byId.set(line.id, { line, times: 1, texts: new Set([lineText]) });
      fresh.push(line);
    }
  }
  return fresh;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
