// What stands in the database: under one key the text of many lines of one writer.
import { utf8Bytes } from '../core/bytes.js';
import type { Line } from '../core/memoryBuffer.js';
import type { Level } from '../core/types.js';
import { parseId } from '../core/writer.js';

/** Sorts by time: writer names do, and sequence numbers are numbers. Early versions told no bytes. */
export type RecordKey = readonly [bufferName: string, writer: string, firstSequence: number, bytes?: number];

/** Lines that stand together under one key. */
export interface StoredLines {
  readonly key: RecordKey;
  readonly lines: readonly Line[];
}

/** The lines joined by newlines: a string is the cheapest thing to store. Versions of another format number it. */
export interface StoredRecord {
  readonly text: string;
  readonly format?: number;
}

/** A reader of many records has one of them in memory at least. */
const maxRecordBytes = 64 * 1024;

/** Lines in records: each of one writer, and of bounded size. */
export function inRecords(bufferName: string, lines: Iterable<Line>): StoredLines[] {
  const records: { key: [string, string, number, number]; lines: Line[] }[] = [];
  for (const line of lines) {
    const { writer, sequence } = parseId(line.id);
    const last = records[records.length - 1];
    if (last && last.key[1] === writer && last.key[3] + line.bytes < maxRecordBytes) {
      last.lines.push(line);
      last.key[3] += line.bytes + 1;
    } else records.push({ key: [bufferName, writer, sequence, line.bytes], lines: [line] });
  }
  return records;
}

export const asRecord = (lines: readonly Line[]): StoredRecord => ({ text: lines.map((line) => line.text).join('\n') });

const lineHead = /^\{"id":"([\w-]+)","dt":"([\d:.TZ-]+)","level":"(debug|info|warn|error|fatal)",/;

/** The lines of a record, as adopted ones. Text that no version of ours wrote gives none, nor does a newer format. */
export function readRecord(record: unknown): Line[] {
  const { text, format = 1 } = (record ?? {}) as Partial<StoredRecord>;
  if (typeof text !== 'string' || format !== 1) return [];
  return text.split('\n').flatMap((line): Line[] => {
    const head = lineHead.exec(line);
    if (!head) return [];
    const [, id, dt, level] = head as unknown as [string, string, string, Level];
    return [{ id, text: line, bytes: utf8Bytes(line), level, at: Date.parse(dt), adopted: true }];
  });
}
