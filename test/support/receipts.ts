// What the test collector answers to `POST …/receipts`.

/** A question for receipts. */
export interface Question {
  /** As asked: ids, and ranges of ids. */
  readonly ids: readonly string[];
  readonly missing: readonly string[];
}

/** Those of the ids, ranges taken apart, that are not stored. */
export const missingOf = (ranges: readonly string[], stored: { has(id: string): boolean }): string[] =>
  ranges.flatMap(takenApart).filter((id) => !stored.has(id));

export function takenApart(range: string): string[] {
  const [, writer, first, last] = /^(.+)-(\d+)\.\.(\d+)$/.exec(range) ?? [];
  if (writer === undefined) return [range];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${writer}-${Number(first) + i}`);
}
