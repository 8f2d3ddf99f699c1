// The order of levels.
import type { Level } from './types.js';

export const levels: readonly Level[] = ['debug', 'info', 'warn', 'error', 'fatal'];

const ranks: { readonly [level in Level | 'off']: number } = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  fatal: 4,
  off: 5,
};

export const rankOf = (level: Level | 'off'): number => ranks[level];

/** error and fatal: saved inside the call, sent soon, dropped last. */
export const isUrgent = (level: Level): boolean => ranks[level] >= ranks.error;
