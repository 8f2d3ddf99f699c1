// The lines on the page, newest first by their own time, at most 500 of them: a window on the store that moves.
import { lineItem } from './lineItem.js';

const maxItems = 500;

/** Newest first; lines of the same millisecond in the order of arrival. */
const isBefore = (one, other) => one.at > other.at || (one.at === other.at && one.seq > other.seq);

/** @param {HTMLElement} container */
export function createLineList(container) {
  /** @type {{ seq: number, at: number, item: HTMLElement }[]} */
  let shown = [];
  let known = new Set();
  /** Where the next older page begins, or null if the oldest line of all is shown. */
  let next = null;
  let lastSeq = 0;
  /** Lines above the window: it was moved down, and does not follow what arrives. */
  let newer = 0;

  function insert(stored) {
    lastSeq = Math.max(lastSeq, stored.seq);
    if (known.has(stored.seq)) return undefined;
    let place = shown.findIndex((other) => isBefore(stored, other));
    if (place < 0) place = shown.length;
    const entry = { seq: stored.seq, at: stored.at, item: lineItem(stored.line) };
    container.insertBefore(entry.item, shown[place]?.item ?? null);
    shown.splice(place, 0, entry);
    known.add(stored.seq);
    return entry.item;
  }

  function remove(entries) {
    for (const { seq, item } of entries) {
      known.delete(seq);
      item.remove();
    }
  }

  function arrive(stored) {
    if (known.has(stored.seq)) return;
    const isOlder = shown.length > 0 && isBefore(shown.at(-1), stored);
    if (newer > 0 && isBefore(stored, shown[0])) newer++;
    else if (!isOlder || next === null) insert(stored)?.classList.add('arrived');
    lastSeq = Math.max(lastSeq, stored.seq);
  }

  return {
    /** Shows these lines alone. */
    reset(lines, nextPage) {
      container.replaceChildren();
      shown = [];
      known = new Set();
      newer = 0;
      next = nextPage;
      lastSeq = 0;
      lines.forEach(insert);
    },

    /** Puts lines that just arrived in their places; a late one may belong to a page that is not shown. */
    arrive(lines) {
      lines.forEach(arrive);
      if (shown.length <= maxItems) return;
      remove(shown.splice(maxItems));
      const { at, seq } = shown.at(-1);
      next = `${at}.${seq}`;
    },

    /** Shows an older page below, and lets go of the newest lines if they are too many together. */
    append(lines, nextPage) {
      lines.forEach(insert);
      next = nextPage;
      if (shown.length <= maxItems) return;
      const gone = shown.splice(0, shown.length - maxItems);
      newer += gone.length;
      remove(gone);
    },

    size: () => shown.length,
    next: () => next,
    lastSeq: () => lastSeq,
    newerCount: () => newer,
  };
}
