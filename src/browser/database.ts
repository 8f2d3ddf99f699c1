// The IndexedDB database of the site: opened, lost, opened again. Every write is committed before its call returns.
import type { UseStore } from 'idb-keyval';

export interface Database {
  /** Resolves when the database is open: from then on a write is started inside its call. */
  open(): Promise<unknown>;
  /** What idb-keyval works on. Writes are started and committed inside the call if the database is open. */
  readonly use: UseStore;
  /** For what writes by what it has read. It is committed when all requests are answered. */
  readonly useOpenEnded: UseStore;
  /** Closes it; the next use opens it anew. */
  reset(): void;
}

export interface DatabaseOptions {
  durability: 'relaxed' | 'strict';
  /** What opens databases; reading it from `window` may throw, so it is asked for when needed. */
  indexedDB(): IDBFactory | undefined;
  /** The database was closed by somebody else: what was saved in it may be gone. */
  onLost(): void;
}

const databaseName = 'timberlog';
export const storeName = 'lines';

export function createDatabase({ durability, indexedDB, onLost }: DatabaseOptions): Database {
  let database: IDBDatabase | undefined;
  let opening: Promise<IDBDatabase> | undefined;

  function reset(): void {
    database?.close();
    database = undefined;
    opening = undefined;
  }

  function open(): Promise<IDBDatabase> {
    if (opening) return opening;
    const mine = openWith(indexedDB()).then(
      (opened) => {
        if (opening !== mine) {
          opened.close(); // given up meanwhile
          return opened;
        }
        const lose = (): void => {
          opened.close();
          if (database !== opened) return;
          reset();
          onLost();
        };
        database = opened;
        opened.onclose = lose; // site data cleared, or the disk gone
        opened.onversionchange = lose; // a newer version in another tab, or a delete: do not stand in its way
        return opened;
      },
      (cause) => {
        if (opening === mine) opening = undefined;
        throw cause;
      },
    );
    opening = mine;
    return mine;
  }

  // idb-keyval's own store leaves the commit to the browser, which then never happens in a page that goes
  // (w3c.github.io/IndexedDB/#dom-idbtransaction-commit).
  const useWith =
    (commits: boolean): UseStore =>
    (mode, act) => {
      const start = (opened: IDBDatabase) => {
        const transaction = opened.transaction(storeName, mode, { durability });
        const result = act(transaction.objectStore(storeName));
        if (commits && mode === 'readwrite') transaction.commit?.(); // Safari before 15 has none
        return Promise.resolve(result);
      };
      if (!database) return open().then(start);
      try {
        return start(database);
      } catch {
        reset();
        onLost(); // closed without an event: once more, on a new connection
        return open().then(start);
      }
    };

  return { open, use: useWith(true), useOpenEnded: useWith(false), reset };
}

// Opened as it is, whatever its version: a newer SDK may have raised it. One without our store is somebody else's or
// broken, and gets it.
function openWith(factory: IDBFactory | undefined, version?: number): Promise<IDBDatabase> {
  if (!factory) return Promise.reject(new Error('there is no IndexedDB here'));
  return new Promise((resolve, reject) => {
    const request = factory.open(databaseName, version);
    request.onupgradeneeded = () => {
      if (!request.result.objectStoreNames.contains(storeName)) request.result.createObjectStore(storeName);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const opened = request.result;
      if (opened.objectStoreNames.contains(storeName)) return resolve(opened);
      opened.close();
      openWith(factory, opened.version + 1).then(resolve, reject);
    };
  });
}
