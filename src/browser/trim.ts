// What pages that are gone left, held to the limit: the oldest debug and info lines go first, error and fatal last.
import { rankOf } from '../core/levels.js';
import type { Line } from '../core/memoryBuffer.js';
import type { LineStore } from './lineStore.js';
import { inRecords, type RecordKey } from './record.js';

export interface TrimOptions {
  readonly store: Pick<LineStore, 'keysAfter' | 'read' | 'write'>;
  readonly bufferName: string;
  readonly maxBytes: number;
  isGone(writer: string): boolean;
  /** Counts and reports them. */
  onDropped(lines: readonly Line[]): void;
}

const keysAtOnce = 1_000;
const recordsAtOnce = 8;

/** Drops until a tenth is free again, if there is more than maxBytes of all pages together. */
export async function trim({ store, bufferName, maxBytes, isGone, onDropped }: TrimOptions): Promise<void> {
  const keys: RecordKey[] = [];
  let bytes = 0;
  let after: RecordKey | undefined;
  do {
    const found = await store.keysAfter(after, keysAtOnce);
    for (const key of found) {
      bytes += key[3] ?? 0;
      if (key[2] > 0 && isGone(key[1])) keys.push(key);
    }
    after = found.length < keysAtOnce ? undefined : found[found.length - 1];
  } while (after);
  if (bytes <= maxBytes) return;
  let excess = bytes - maxBytes * 0.9;

  for (const rank of (['info', 'warn', 'fatal'] as const).map(rankOf)) {
    for (let i = 0; i < keys.length && excess > 0; i += recordsAtOnce) {
      const some = keys.slice(i, i + recordsAtOnce);
      const dropped: Line[] = [];
      const kept: Line[] = [];
      const changed: RecordKey[] = [];
      for (const { key, lines } of await store.read(some)) {
        const before = dropped.length;
        const left: Line[] = [];
        for (const line of lines) {
          if (excess > 0 && rankOf(line.level) <= rank) {
            dropped.push(line);
            excess -= line.bytes;
          } else left.push(line);
        }
        if (dropped.length === before) continue;
        changed.push(key);
        kept.push(...left);
      }
      if (dropped.length === 0) continue;
      // The report is saved first: a kill in between leaves lines that were told as dropped, and never fewer than told.
      onDropped(dropped);
      const records = inRecords(bufferName, kept);
      await store.write(records, changed);
      keys.splice(i, some.length, ...some.filter((key) => !changed.includes(key)), ...records.map(({ key }) => key));
      i += records.length + some.length - changed.length - recordsAtOnce;
    }
  }
}
