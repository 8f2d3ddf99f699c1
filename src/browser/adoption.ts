// Lines that pages left behind: found on disk some at a time, and sent by one page of the site at a time.
import type { Timers } from '../core/flusher.js';
import { inRanges } from '../core/idRanges.js';
import type { Buffer, Line } from '../core/memoryBuffer.js';
import type { InTime } from './inTime.js';
import type { FoundRecord, LineStore } from './lineStore.js';
import type { RecordKey } from './record.js';

export interface AdoptionOptions {
  readonly store: LineStore;
  readonly buffer: Buffer;
  /** The writer of this page's own lines. */
  readonly writerName: string;
  readonly timers: Timers;
  readonly inTime: InTime;
  /** The writers of other pages that are alive: their lines are not ours to send. */
  livingWriters(): Promise<ReadonlySet<string>>;
  /** Holds what is left to the limit. */
  trim(isGone: (writer: string) => boolean): Promise<void>;
  /** Whether lines that were handed to beacons count as delivered. */
  trustsBeacons(): boolean;
  onFound(key: RecordKey, lines: readonly Line[]): void;
  /** These arrived, as far as anybody will know. */
  onTrusted(lines: readonly Line[]): void;
  /** Lines of earlier pages were put into the buffer. */
  onAdopted(lines: readonly Line[]): void;
  onAbandoned(lines: readonly Line[]): void;
  onFailed(cause: unknown): void;
}

export interface Adoption {
  /** Looks for lines that were left, now and then again, until stopped. */
  begin(): Promise<void>;
  /** Lines have left the buffer: more may be read. */
  settled(lines: readonly Line[]): void;
  /** This page was frozen: what it had adopted is another's by now. */
  resume(): void;
  stop(): void;
}

/** A page that sends nothing of what it has adopted blocks others for so long. Renewed well before, if it does. */
const claimMs = 30_000;
const lookEveryMs = 15_000;
/** Of what is left behind, so much is in memory at a time. */
const bytesAtOnce = 256 * 1024;
const keysAtOnce = 256;
/** What early versions wrote tells no bytes. */
const likelyBytes = 4_096;

export function createAdoption(options: AdoptionOptions): Adoption {
  const { store, buffer, writerName, timers, inTime } = options;
  const held = new Set<Line>();
  let after: RecordKey | undefined;
  const gone = new Set<string>(); // writers that are dead
  let trusted: { writer: string; has(id: string): boolean } | undefined;
  let trimmed = false;
  let progressed = false;
  let life = 0;
  let reading = false;
  let stopped = false;
  let timer: unknown;

  const forget = (): void => {
    after = undefined;
    trusted = undefined;
    trimmed = false;
    gone.clear();
  };

  async function look(): Promise<void> {
    if (reading || stopped) return;
    reading = true;
    const begun = life;
    try {
      await inTime(store.open);
      if (held.size > 0 && progressed) await claim();
      else if (held.size > 0 && (await inTime(store.claimant)) !== writerName) abandon();
      progressed = false;
      let goOn = true;
      while (goOn && held.size === 0 && !stopped) goOn = await readOn();
    } catch (cause) {
      forget();
      if (begun === life) options.onFailed(cause);
    }
    if (begun !== life) return; // another look has begun since
    reading = false;
    timers.clear(timer);
    if (stopped) return;
    timer = timers.set(() => void look(), lookEveryMs);
    (timer as { unref?(): void }).unref?.(); // Node would stay for it
  }

  function abandon(): void {
    const abandoned = buffer.withdraw([...held]);
    for (const line of abandoned) held.delete(line);
    options.onAbandoned(abandoned);
    forget();
  }

  // One page sends what is left behind; when that page is gone, the next.
  async function claim(): Promise<boolean> {
    const other = await inTime(() => store.claim(writerName, claimMs));
    if (other === undefined) return true;
    if ((await options.livingWriters()).has(other)) return false;
    return (await inTime(() => store.claim(writerName, claimMs, other))) === undefined;
  }

  // Reads on, and says whether there is more and nothing was adopted yet.
  async function readOn(): Promise<boolean> {
    const begun = life;
    const keys = await inTime(() => store.keysAfter(after, keysAtOnce));
    const isUnknown = ([, writer]: RecordKey): boolean => writer !== writerName && !gone.has(writer);
    if (keys.some(isUnknown)) {
      const living = await options.livingWriters();
      if (begun !== life) return false;
      for (const [, writer] of keys) if (writer !== writerName && !living.has(writer)) gone.add(writer);
    }
    const wanted: RecordKey[] = [];
    let bytes = 0;
    after = undefined;
    for (const [i, key] of keys.entries()) {
      if (bytes >= bytesAtOnce) break;
      after = key;
      if (!gone.has(key[1])) continue;
      const next = keys[i + 1];
      if (key[2] === 0 && (next ? next[1] !== key[1] : keys.length < keysAtOnce)) {
        inTime(() => store.write([], [key])).catch(options.onFailed); // what it tells of has all arrived
        continue;
      }
      wanted.push(key);
      bytes += key[3] ?? (key[2] === 0 ? 0 : likelyBytes);
    }
    if (after === keys[keys.length - 1] && keys.length < keysAtOnce) after = undefined;
    // Others' many records are not looked at one by one.
    else if (after && !gone.has(after[1])) after = [after[0], after[1], Number.POSITIVE_INFINITY];
    const mayAdopt = wanted.length > 0 && (await claim());
    if (mayAdopt && !trimmed) {
      const living = await options.livingWriters();
      await inTime(() => options.trim((writer) => writer !== writerName && !living.has(writer)));
      if (begun !== life) return false;
      trimmed = true;
      after = undefined; // what was found may be gone
      return true;
    }
    const records = mayAdopt ? await inTime(() => store.read(wanted)) : [];
    if (begun !== life) return false;
    adopt(records);
    const goesOn = after !== undefined && (mayAdopt || wanted.length === 0);
    if (!goesOn) forget();
    return goesOn;
  }

  function adopt(records: readonly FoundRecord[]): void {
    const arrived: Line[] = [];
    const adopted: Line[] = [];
    for (const { key, lines, handedOver } of records) {
      const writer = key[1];
      if (handedOver && options.trustsBeacons()) trusted = { writer, has: inRanges(handedOver) };
      if (lines.length === 0) continue; // of another version: left alone
      options.onFound(key, lines);
      for (const line of lines) (trusted?.writer === writer && trusted.has(line.id) ? arrived : adopted).push(line);
    }
    options.onTrusted(arrived);
    if (adopted.length === 0) return;
    for (const line of adopted) held.add(line);
    buffer.adopt(adopted);
    options.onAdopted(adopted);
  }

  return {
    begin: look,
    settled(lines) {
      for (const line of lines) if (held.delete(line)) progressed = true;
      if (after && held.size === 0) void look();
    },
    resume() {
      life += 1;
      reading = false;
      abandon();
      void look();
    },
    stop() {
      stopped = true;
      timers.clear(timer);
    },
  };
}
