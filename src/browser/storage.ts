// What a page keeps in IndexedDB, joined: its own lines, those that others left, who is alive, what the collector said.
import type { Announcement } from '../core/announcement.js';
import type { Timers } from '../core/flusher.js';
import { addToRanges } from '../core/idRanges.js';
import type { Buffer, Line } from '../core/memoryBuffer.js';
import type { Settings } from '../core/options.js';
import type { ReportTrouble } from '../core/trouble.js';
import { type Adoption, createAdoption } from './adoption.js';
import { createDatabase } from './database.js';
import { createInTime } from './inTime.js';
import { createLineStore } from './lineStore.js';
import { createPersistence, type Persistence } from './persist.js';
import { createTabs } from './tabs.js';
import { trim } from './trim.js';

export interface StorageOptions {
  readonly settings: Settings;
  readonly buffer: Buffer;
  /** The writer of this page's own lines. */
  readonly writerName: string;
  readonly announcement: Announcement;
  readonly timers: Timers;
  now(): number;
  report: ReportTrouble;
  catchUp(): void;
  /** Whether lines that were handed to beacons count as delivered. */
  trusts(): boolean;
  /** Lines that never came into the buffer were dropped: they are counted. */
  onDropped(lines: readonly Line[]): void;
  onAdopted(lines: readonly Line[]): void;
  /** They have left the buffer again, without a fate. */
  onAbandoned(lines: readonly Line[]): void;
}

export interface Storage extends Pick<Persistence, 'pushed' | 'settled' | 'saveNow' | 'saved'> {
  /** Opens the database inside the call, learns what it knows of the collector, and looks for lines that were left. */
  begin(): Promise<void>;
  /** Lines of this page were handed to beacons. */
  noteHandedOver(lines: readonly Line[]): void;
  keepAnnouncement(text: string): void;
  /** The page goes, perhaps to be back. */
  leave(): void;
  join(): void;
  stop(): void;
}

export function createStorage(options: StorageOptions): Storage {
  const { settings, buffer, writerName, announcement, timers, now } = options;
  const bufferName = settings.buffer.name || `${settings.endpoint} ${settings.key}`;
  const inTime = createInTime(timers);
  const database = createDatabase({
    durability: settings.buffer.durability,
    indexedDB: () => globalThis.indexedDB,
    onLost: () => persistence.saveAgain(),
  });
  const store = createLineStore(bufferName, database);
  const persistence: Persistence = createPersistence({ ...options, store, bufferName, inTime });
  const tabs = createTabs({ bufferName, writerName, createChannel, after: timers.set });
  const adoption: Adoption = createAdoption({
    store,
    buffer,
    writerName,
    timers,
    inTime,
    livingWriters: tabs.livingWriters,
    trim: (isGone) => trim({ store, bufferName, maxBytes: settings.buffer.maxBytes, isGone, onDropped }),
    trustsBeacons: options.trusts,
    onFound: persistence.adopted,
    onTrusted: (lines) => persistence.settled(lines, 'delivered'),
    onAdopted: options.onAdopted,
    onAbandoned(lines) {
      persistence.abandoned(lines);
      options.onAbandoned(lines);
    },
    onFailed: persistence.failed,
  });
  const onDropped = (lines: readonly Line[]): void => {
    options.onDropped(lines);
    options.catchUp();
  };
  const handedOver: string[] = [];
  let life = 0;
  let known = '';

  // Older than lines get, it would only keep a collector that has been replaced from acknowledging.
  async function recallAnnouncement(): Promise<void> {
    const found = await inTime(() => store.readAnnouncement(settings.url));
    if (typeof found?.text !== 'string' || now() - found.at > settings.buffer.maxAgeMs) return;
    known = found.text;
    if (announcement.text === '') announcement.hear(known);
  }

  return {
    pushed: persistence.pushed,
    saveNow: persistence.saveNow,
    saved: persistence.saved,
    settled(lines, fate) {
      persistence.settled(lines, fate);
      adoption.settled(lines);
    },
    async begin() {
      // Opened at once, while others answer: only then is an error saved inside its call.
      await recallAnnouncement().catch(() => {}); // told by whoever needs the database next
      await adoption.begin();
    },
    noteHandedOver(lines) {
      for (const line of lines) addToRanges(handedOver, line.id);
      const begun = life;
      // In Firefox what a page begins while it goes never answers, though it is done.
      inTime(() => store.noteHandedOver(writerName, handedOver)).catch((cause) => {
        if (begun === life) persistence.failed(cause);
      });
    },
    keepAnnouncement(text) {
      if (text === known) return;
      known = text;
      inTime(() => store.keepAnnouncement(settings.url, text, now())).catch(persistence.failed);
    },
    leave: tabs.leave,
    join() {
      life += 1;
      tabs.join();
      persistence.restart();
      adoption.resume();
    },
    stop() {
      adoption.stop();
      tabs.leave();
    },
  };
}

function createChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined; // missing, or forbidden in a sandboxed frame
  }
}
