// What is kept in the database, through idb-keyval: records of lines, which of them were handed to beacons, who sends
// what is left behind, and what the collector said of itself.
import { get, getMany, promisifyRequest, set } from 'idb-keyval';
import type { Database } from './database.js';
import { asRecord, type RecordKey, readRecord, type StoredLines } from './record.js';

/** A record as it was read. */
export interface FoundRecord extends StoredLines {
  /** In a writer's first: the id ranges that it handed to beacons. */
  readonly handedOver?: readonly string[] | undefined;
}

export interface LineStore {
  open(): Promise<unknown>;
  /** Puts and removes in one transaction, which is started and committed inside the call if the database is open. */
  write(records: readonly StoredLines[], removed: readonly RecordKey[]): Promise<void>;
  /** The keys after a key, in order: the oldest first. */
  keysAfter(key: RecordKey | undefined, count: number): Promise<RecordKey[]>;
  read(keys: readonly RecordKey[]): Promise<FoundRecord[]>;
  /** Notes that a writer handed ids to beacons: all that it ever did. */
  noteHandedOver(writer: string, ranges: readonly string[]): Promise<void>;
  /**
   * Notes that writer sends what pages that are gone left, for so long. Resolves with who else does, if anybody but over:
   * then nothing is noted.
   */
  claim(writer: string, forMs: number, over?: string): Promise<string | undefined>;
  /** Who noted it last. */
  claimant(): Promise<string | undefined>;
  /** What the collector at url said of itself, and when. */
  readAnnouncement(url: string): Promise<{ text: string; at: number } | undefined>;
  keepAnnouncement(url: string, text: string, at: number): Promise<void>;
  reset(): void;
}

interface Claim {
  readonly writer: string;
  readonly until: number;
}

const validKey = (key: unknown): IDBValidKey => key as IDBValidKey;

export function createLineStore(bufferName: string, { open, use, useOpenEnded, reset }: Database): LineStore {
  const claimKey = `adopter ${bufferName}`; // a string sorts before every array: it is among no lines

  return {
    open,
    reset,
    write: (records, removed) =>
      use('readwrite', (store) => {
        for (const key of removed) store.delete(validKey(key));
        for (const { key, lines } of records) store.put(asRecord(lines), validKey(key));
        return promisifyRequest(store.transaction);
      }),
    // An array sorts after every string.
    keysAfter: (after, count) =>
      use('readonly', (store) => {
        const range = IDBKeyRange.bound(after ?? [bufferName], [bufferName, []], after !== undefined, true);
        return promisifyRequest(store.getAllKeys(range, count)) as Promise<unknown>;
      }) as Promise<RecordKey[]>,
    read: async (keys) => {
      const values = await getMany(keys.map(validKey), use);
      return keys.map((key, i) => {
        const ranges = values[i]?.handedOver;
        return { key, lines: readRecord(values[i]), handedOver: Array.isArray(ranges) ? ranges : undefined };
      });
    },
    // Sequence numbers start at 1: whoever reads a writer's lines in order reads this before.
    noteHandedOver: (writer, ranges) => set(validKey([bufferName, writer, 0]), { handedOver: ranges }, use),
    claim: (writer, forMs, over) =>
      useOpenEnded('readwrite', async (store) => {
        const claim: Claim | undefined = await promisifyRequest(store.get(claimKey));
        const leftMs = (claim?.until ?? 0) - Date.now(); // more than is ever given: the clock was set back
        if (claim && ![writer, over].includes(claim.writer) && leftMs > 0 && leftMs <= forMs) return claim.writer;
        await promisifyRequest(store.put({ writer, until: Date.now() + forMs } satisfies Claim, claimKey));
        return undefined;
      }),
    claimant: async () => (await get<Claim>(claimKey, use))?.writer,
    readAnnouncement: (url) => get(`collector ${url}`, use),
    keepAnnouncement: (url, text, at) => set(`collector ${url}`, { text, at }, use),
  };
}
