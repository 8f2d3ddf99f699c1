// IndexedDB, through idb-keyval: one record holds many lines. Every write is committed before its call returns.
import { delMany, set, type UseStore } from 'idb-keyval';
import { utf8Bytes } from '../core/bytes.js';
import type { Line } from '../core/memoryBuffer.js';
import type { Level } from '../core/types.js';

/** Sorts by time: writer names do, and sequence numbers are numbers. */
export type RecordKey = readonly [bufferName: string, writer: string, firstSequence: number];

export interface StoredLines {
  readonly key: RecordKey;
  readonly lines: readonly Line[];
}

export interface LineStore {
  /** Resolves when the database is open: from then on a write is started inside its call. */
  open(): Promise<unknown>;
  /** Resolves when the lines are committed; the write is started and committed inside the call if the database is open. */
  save(key: RecordKey, lines: readonly Line[]): Promise<void>;
  remove(keys: readonly RecordKey[]): Promise<void>;
  /** The oldest records after a key, in order. */
  readAfter(key: RecordKey | undefined, count: number): Promise<StoredLines[]>;
}

export interface LineStoreOptions {
  bufferName: string;
  durability: 'relaxed' | 'strict';
  /** What opens databases; reading it from `window` may throw, so it is asked for when needed. */
  indexedDB(): IDBFactory | undefined;
  /** The database was closed by somebody else: what was saved in it may be gone. */
  onLost(): void;
}

const databaseName = 'timberlog';
const storeName = 'lines';
const version = 1;

/** What stands in the database. `text` is the lines, joined by newlines: a string is the cheapest thing to store. */
interface StoredRecord {
  readonly text: string;
}

export function createLineStore({ bufferName, durability, indexedDB, onLost }: LineStoreOptions): LineStore {
  let database: IDBDatabase | undefined;
  let opening: Promise<IDBDatabase> | undefined;

  function forget(): void {
    database?.close();
    database = undefined;
    opening = undefined;
  }

  function lose(): void {
    forget();
    onLost();
  }

  function open(): Promise<IDBDatabase> {
    opening ??= openDatabase(indexedDB()).then(
      (opened) => {
        database = opened;
        opened.onclose = lose; // site data cleared, or the disk gone
        opened.onversionchange = lose; // a newer version in another tab, or a delete: do not stand in its way
        return opened;
      },
      (cause) => {
        opening = undefined;
        throw cause;
      },
    );
    return opening;
  }

  // idb-keyval's own store leaves the commit to the browser, which then never happens in a page that goes
  // (w3c.github.io/IndexedDB/#dom-idbtransaction-commit).
  function start<T>(opened: IDBDatabase, mode: IDBTransactionMode, act: (store: IDBObjectStore) => T | PromiseLike<T>) {
    const transaction = opened.transaction(storeName, mode, { durability });
    const result = act(transaction.objectStore(storeName));
    if (mode === 'readwrite') transaction.commit?.(); // Safari before 15 has none
    return Promise.resolve(result);
  }

  const useStore: UseStore = (mode, act) => {
    if (!database) return open().then((opened) => start(opened, mode, act));
    try {
      return start(database, mode, act);
    } catch {
      lose(); // closed without an event: once more, on a new connection
      return open().then((opened) => start(opened, mode, act));
    }
  };

  return {
    open,
    save(key, lines) {
      const record: StoredRecord = { text: lines.map((line) => line.text).join('\n') };
      return set(key as unknown as IDBValidKey, record, useStore);
    },
    remove: (keys) => delMany(keys as unknown as IDBValidKey[], useStore),
    readAfter: (key, count) =>
      useStore('readonly', async (store) => {
        const end = [bufferName, []]; // an array sorts after every string
        const range = IDBKeyRange.bound(key ?? [bufferName], end, key !== undefined, true);
        const [keys, records] = await Promise.all([
          answerOf(store.getAllKeys(range, count)),
          answerOf(store.getAll(range, count)),
        ]);
        return keys.map((found, i) => ({ key: found as unknown as RecordKey, lines: readRecord(records[i]) }));
      }),
  };
}

function openDatabase(factory: IDBFactory | undefined): Promise<IDBDatabase> {
  if (!factory) return Promise.reject(new Error('there is no IndexedDB here'));
  const request = factory.open(databaseName, version);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return answerOf(request);
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const lineHead = /^\{"id":"([\w-]+)","dt":"([\d:.TZ-]+)","level":"(debug|info|warn|error|fatal)",/;

/** The lines of a record, as adopted ones; text that no version of ours wrote gives none. */
function readRecord(record: unknown): Line[] {
  const text: unknown = (record as StoredRecord | undefined)?.text;
  if (typeof text !== 'string') return [];
  return text.split('\n').flatMap((line): Line[] => {
    const head = lineHead.exec(line);
    if (!head) return [];
    const [, id, dt, level] = head as unknown as [string, string, string, Level];
    return [{ id, text: line, bytes: utf8Bytes(line), level, at: Date.parse(dt), adopted: true }];
  });
}
