// Lines compressed ahead, when the page is idle: while it goes there is no time, and plain text fills 64 KiB soon.
import type { Buffer, Line } from '../core/memoryBuffer.js';

/** Lines as one gzip member. */
export interface Pack {
  readonly lines: readonly Line[];
  readonly member: Uint8Array<ArrayBuffer>;
}

export interface PackingOptions {
  readonly buffer: Buffer;
  /** Whether the collector takes gzip, and this page can make it. */
  canPack(): boolean;
  compress(text: string): Promise<Uint8Array<ArrayBuffer>>;
  whenIdle(fn: () => void): void;
}

export interface Packing {
  /** Lines have been pushed. */
  pushed(): void;
  /** Packs whose lines all wait or are on their way, the oldest first. */
  ready(): readonly Pack[];
}

/** What one beacon takes as it is: so much needs no packing. */
const enoughBytes = 48 * 1024;
/** A larger member is hardly smaller a line: gzip looks back 32 KiB (RFC 1951). */
const largestBytes = 128 * 1024;
/** So little goes beside packs as it is. */
const leastBytes = 8 * 1024;
/** More than a page can hand over. */
const maxPackedBytes = 64 * 1024;

export function createPacking({ buffer, canPack, compress, whenIdle }: PackingOptions): Packing {
  let packs: Pack[] = [];
  let asked = false;

  const bytesOf = (lines: readonly Line[]): number => lines.reduce((sum, line) => sum + line.bytes + 1, 0);

  function ready(): readonly Pack[] {
    if (packs.length === 0) return packs;
    const pending = new Set(buffer.pending());
    packs = packs.filter(({ lines }) => lines.every((line) => pending.has(line)));
    return packs;
  }

  // The last pack is made anew with what has come since, until it is large.
  function nextLines(): Line[] {
    let packed = ready();
    if (packed.reduce((sum, { member }) => sum + member.length, 0) >= maxPackedBytes) return [];
    const last = packed[packed.length - 1];
    if (last && bytesOf(last.lines) < largestBytes) packed = packed.slice(0, -1);
    const known = new Set(packed.flatMap(({ lines }) => lines));
    const lines: Line[] = [];
    let bytes = 0;
    // What is on its way waits again when the page goes.
    for (const line of buffer.pending()) {
      if (known.has(line)) continue;
      lines.push(line);
      bytes += line.bytes + 1;
      if (bytes >= largestBytes) break;
    }
    const isNews = bytes - (packed.length < packs.length ? bytesOf(last!.lines) : 0) >= leastBytes;
    return isNews ? lines : [];
  }

  async function pack(): Promise<void> {
    const lines = buffer.waitingBytes > enoughBytes && canPack() ? nextLines() : [];
    if (lines.length > 0) {
      const member = await compress(lines.map((line) => line.text).join('\n'));
      const isIn = new Set(lines);
      packs = [...packs.filter((known) => !known.lines.some((line) => isIn.has(line))), { lines, member }];
    }
    asked = false;
    if (lines.length > 0) ask();
  }

  function ask(): void {
    if (asked || buffer.waitingBytes <= enoughBytes || !canPack()) return;
    asked = true;
    whenIdle(() => {
      pack().catch(() => {
        asked = false; // no gzip then; plain text goes as far as it fits
      });
    });
  }

  return { pushed: ask, ready };
}
