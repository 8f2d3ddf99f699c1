// How long to wait before the next try.

const firstMs = 1_000;
const longestMs = 5 * 60_000;
const firstDeniedMs = 15 * 60_000;
const longestDeniedMs = 6 * 60 * 60_000;

/**
 * Exponential with full jitter: anywhere between 0 and 1 s, 2 s, 4 s … 5 min, so that pages that failed together do
 * not come back together (aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
 */
export const backoffMs = (failures: number, random: () => number): number =>
  random() * Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));

/** After 401, 403 and 404: 15 minutes, doubling to 6 hours. */
export const deniedMs = (denials: number): number =>
  Math.min(longestDeniedMs, firstDeniedMs * 2 ** Math.min(denials - 1, 30));
