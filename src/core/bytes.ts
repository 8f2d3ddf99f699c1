// Sizes in UTF-8 bytes, and text cut to them.

/** UTF-8 bytes of text; an unpaired surrogate counts as U+FFFD, three bytes, as every encoder writes it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) i++; // a pair: 2 units, 4 bytes
  }
  return bytes;
}

/** Bytes that well-formed text takes inside a JSON string, quotes not counted. */
export function jsonBytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += jsonUnitBytes(text, i);
  return bytes;
}

/** Whether a JSON string has text as it is, a byte a character. */
export function isPlainAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return false;
  }
  return true;
}

/** How many UTF-16 units of well-formed text fit into maxBytes inside a JSON string; never between the halves of a pair. */
export function unitsWithin(text: string, maxBytes: number): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    bytes += jsonUnitBytes(text, i);
    if (bytes > maxBytes) return isLow(text.charCodeAt(i)) && i > 0 ? i - 1 : i;
  }
  return text.length;
}

// What JSON.stringify writes: two-character escapes, \u00XX for other controls, the rest as UTF-8. Of a surrogate
// pair the halves count two bytes each.
function jsonUnitBytes(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  if (unit < 0x20) return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

// With the flag u a pair is one character beyond this range. A lookbehind would not even load in Safari before 16.4.
const unpaired = /[\ud800-\udfff]/gu;

/** text with every unpaired surrogate replaced by U+FFFD, as TextEncoder does. */
export const wellFormed = (text: string): string => text.replace(unpaired, '\ufffd');

/** text, well-formed, in at most maxBytes inside a JSON string; what is cut is marked with its whole length. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 6 <= maxBytes) return wellFormed(text);
  const head = wellFormed(text.slice(0, maxBytes)); // a unit takes at least a byte: no more can fit
  const whole = head.length === text.length;
  if (whole && jsonBytes(head) <= maxBytes) return head;
  const mark = `…[cut: ${text.length} characters]`;
  return head.slice(0, unitsWithin(head, Math.max(0, maxBytes - mark.length - 2))) + mark;
}
