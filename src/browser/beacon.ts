// Lines handed to sendBeacon while the page goes. What it takes is acknowledged by nobody.
import { joinLines } from '../core/delivery.js';
import { isUrgent } from '../core/levels.js';
import type { Line } from '../core/memoryBuffer.js';
import type { Body } from '../core/types.js';
import type { Pack } from './packing.js';

export interface HandOverOptions {
  /** Lines that are compressed already. */
  packs(): readonly Pack[];
  sendPack(pack: Pack): boolean;
  sendOnExit(body: Body): boolean;
}

/** A document's beacons and keepalive requests share 64 KiB (fetch.spec.whatwg.org/#http-network-or-cache-fetch). */
const maxBeaconBytes = 64 * 1024;

/** Sends as many lines as are taken, packed where they are, errors first. Returns the lines that were taken. */
export function handOver(lines: readonly Line[], { packs, sendPack, sendOnExit }: HandOverOptions): Line[] {
  const left = new Set(lines);
  const taken: Line[] = [];
  const take = (sent: readonly Line[]): void => {
    taken.push(...sent);
    for (const line of sent) left.delete(line);
  };
  const sendPacks = (isWanted: (line: Line) => boolean): void => {
    for (const pack of packs()) {
      const isWhole = pack.lines.some(isWanted) && pack.lines.every((line) => left.has(line));
      if (isWhole && sendPack(pack)) take(pack.lines);
    }
  };
  const isError = (line: Line): boolean => isUrgent(line.level);
  sendPacks(isError);
  take(beaconLines([...left].filter(isError), sendOnExit));
  sendPacks(() => true);
  take(beaconLines([...left], sendOnExit));
  return taken;
}

/**
 * Sends as many lines as are taken, errors first, each in at most one body. A refused body is halved until it fits.
 * Returns the lines that were taken.
 */
export function beaconLines(lines: readonly Line[], send: (body: Body) => boolean): Line[] {
  const urgentFirst = [...lines].sort((a, b) => Number(isUrgent(b.level)) - Number(isUrgent(a.level)));
  const taken: Line[] = [];
  let limit = maxBeaconBytes;
  let from = 0;
  while (from < urgentFirst.length) {
    const next = fitting(urgentFirst, from, limit);
    if (next.length === 0) {
      from += 1; // this line alone is too large for what is left: smaller ones may fit
      continue;
    }
    const body = joinLines(next);
    if (send(body)) {
      taken.push(...next);
      from += next.length;
    } else limit = Math.floor(body.bytes / 2);
  }
  return taken;
}

function fitting(lines: readonly Line[], from: number, limit: number): Line[] {
  let bytes = -1;
  let end = from;
  while (end < lines.length && bytes + (lines[end] as Line).bytes + 1 <= limit) {
    bytes += (lines[end] as Line).bytes + 1;
    end += 1;
  }
  return lines.slice(from, end);
}
