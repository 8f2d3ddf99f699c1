// Ids that follow each other, as one text: `01K…-3..5`.
import { parseId } from './writer.js';

const pattern = /^(.*)-(\d+)(?:\.\.(\d+))?$/;

/** Adds an id, to the last range if it goes on there. Says whether there was room. */
export function addToRanges(ranges: string[], id: string, maxRanges = Number.POSITIVE_INFINITY): boolean {
  const { writer, sequence } = parseId(id);
  const last = pattern.exec(ranges[ranges.length - 1] ?? '');
  const goesOn = last !== null && last[1] === writer && Number(last[3] ?? last[2]) === sequence - 1;
  if (goesOn) ranges[ranges.length - 1] = `${writer}-${last[2]}..${sequence}`;
  else if (ranges.length < maxRanges) ranges.push(id);
  else return false;
  return true;
}

/** Whether an id is in one of them. What is no range holds nothing. */
export function inRanges(ranges: readonly string[]): (id: string) => boolean {
  const byWriter = new Map<string, [number, number][]>();
  for (const range of ranges) {
    const [, writer = '', first, last = first] = pattern.exec(range) ?? [];
    const known = byWriter.get(writer);
    if (known) known.push([Number(first), Number(last)]);
    else byWriter.set(writer, [[Number(first), Number(last)]]);
  }
  return (id) => {
    const { writer, sequence } = parseId(id);
    return byWriter.get(writer)?.some(([first, last]) => first <= sequence && sequence <= last) ?? false;
  };
}
