// Numbers lines: ids without gaps, times that never run backwards.

/** What the writer draws on. Either may throw where a platform forbids it (Workers, outside of an invocation). */
export interface WriterSources {
  /** Milliseconds since 1970. */
  now(): number;
  /** Fills bytes with random values. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

export interface Writer {
  /** The id's first part; made at the first use. */
  readonly name: () => string;
  /** The next id, and its time: at least the time before. */
  next(): { id: string; at: number };
}

// Crockford's base 32, as ULIDs use it (github.com/ulid/spec): sorts as text like the number does.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 48 bits of time, 80 random bits, 26 characters, sorting by time. */
export function createWriterName({ now, random }: WriterSources): string {
  const bytes = new Uint8Array(16);
  random(bytes); // first: where it throws, the clock is not looked at
  let time = now();
  let name = '';
  for (let i = 0; i < 10; i++) {
    name = alphabet.charAt(time % 32) + name;
    time = Math.floor(time / 32);
  }
  for (const byte of bytes) name += alphabet.charAt(byte % 32); // 32 divides 256: no bias
  return name;
}

/** A line's id, taken apart: who wrote it, and as which. */
export function parseId(id: string): { writer: string; sequence: number } {
  const at = id.lastIndexOf('-');
  return { writer: id.slice(0, at), sequence: Number(id.slice(at + 1)) };
}

export function createWriter(sources: WriterSources): Writer {
  let writerName: string | undefined;
  let sequence = 0;
  let latest = 0;
  const name = (): string => {
    writerName ??= createWriterName(sources);
    return writerName;
  };
  return {
    name,
    next() {
      const prefix = name();
      const time = sources.now();
      if (time > latest) latest = time; // never back, and a clock that gives NaN costs no number
      sequence += 1;
      return { id: `${prefix}-${sequence}`, at: latest };
    },
  };
}
