// Chance that is the same in every run.

/** Numbers from 0 to 1 (mulberry32). */
export function createSeededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Text of length units, from every part of Unicode and with what JSON escapes. */
export function randomText(random: () => number, length: number): string {
  const sorts = [
    () => String.fromCharCode(97 + random() * 26),
    () => String.fromCharCode(random() * 0x20),
    () => '"\\'.charAt(random() * 2),
    () => String.fromCharCode(0x80 + random() * 0x700),
    () => String.fromCharCode(0x4e00 + random() * 0x5000),
    () => '😀',
    () => String.fromCharCode(0xd800 + random() * 0x800),
  ];
  const from = sorts[Math.floor(random() * sorts.length)]!;
  const mixed = () => sorts[Math.floor(random() * sorts.length)]!();
  return Array.from({ length }, random() < 0.5 ? from : mixed).join('');
}
