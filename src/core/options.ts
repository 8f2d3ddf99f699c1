// LoggerOptions, checked and completed. A wrong one throws a TypeError that names it: the only throw there is.
import { wellFormed } from './bytes.js';
import { levels } from './levels.js';
import { asContext } from './sharedContext.js';
import type { Context, Level, LoggerOptions, Release, Transport, Trouble } from './types.js';

export interface Settings {
  /** The endpoint with the key in it. */
  readonly url: string;
  /** The endpoint without the key. */
  readonly endpoint: string;
  readonly key: string;
  readonly name: string;
  readonly level: Level | 'off';
  readonly context: Context;
  readonly release: Release | undefined;
  readonly transport: Transport | undefined;
  readonly buffer: {
    readonly name: string;
    readonly maxBytes: number;
    readonly maxAgeMs: number;
    readonly persist: boolean;
    readonly durability: 'relaxed' | 'strict';
  };
  readonly exit: 'resend' | 'trust';
  readonly flush: { readonly everyMs: number; readonly maxBodyBytes: number };
  readonly onTrouble: ((trouble: Trouble) => void) | undefined;
}

export interface OptionDefaults {
  context: Context;
  /** What a relative endpoint is relative to, where there is such a thing. */
  baseUrl?: string | undefined;
  maxBodyBytes: number;
}

type Given = { readonly [name: string]: any };

/** What an option takes: whether a value fits, what is wanted in words, and what stands where none is given. */
type Kind = readonly [fits: (value: any) => boolean, wanted: string, fallback?: unknown];

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const anything: Kind = [() => true, ''];
const aFunction: Kind = [(value) => typeof value === 'function', 'a function'];
const anObject: Kind = [isObject, 'an object'];
const aText: Kind = [(value) => typeof value === 'string' && value.length <= 256, 'a string of at most 256 characters'];
const textOrEmpty: Kind = [...aText, ''] as unknown as Kind;
const trueUnlessFalse: Kind = [(value) => typeof value === 'boolean', 'true or false', true];
const numberOf = (unit: string, least: number, fallback: number): Kind => [
  (value) => Number.isFinite(value) && value >= least,
  `a number of ${unit}, ${least} or more`,
  fallback,
];
const oneOf = (choices: readonly string[], fallback: string): Kind => [
  (value) => choices.includes(value),
  `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`,
  fallback,
];

/** @throws TypeError that names the option, what was given and what is wanted. */
export function checkOptions(options: LoggerOptions, { context, baseUrl, maxBodyBytes }: OptionDefaults): Settings {
  const { endpoint, transport, release, buffer, flush, ...given } = checkAll('', options, {
    endpoint: anything,
    key: textOrEmpty,
    name: textOrEmpty,
    level: oneOf([...levels, 'off'], 'debug'),
    context: [(value) => asContext(value) !== undefined, 'what createContext() returned', context],
    release: anObject,
    transport: anObject,
    buffer: [isObject, anObject[1], {}],
    flush: [isObject, anObject[1], {}],
    exit: oneOf(['resend', 'trust'], 'resend'),
    onTrouble: aFunction,
  });
  if (release) checkAll('release.', release, { version: aText, commit_hash: aText, created_at: aText });
  if (transport) {
    check('transport.send', transport.send, aFunction);
    if (transport.sendOnExit !== undefined) check('transport.sendOnExit', transport.sendOnExit, aFunction);
    if (transport.maxFlushBytes !== undefined) {
      check('transport.maxFlushBytes', transport.maxFlushBytes, numberOf('bytes', 1_024, 0));
    }
  }
  // One's own transport may need none.
  const address = transport && endpoint === undefined ? undefined : checkEndpoint(endpoint, baseUrl);
  return {
    ...given,
    endpoint: address?.href ?? 'its transport',
    url: address ? withKey(address, given.key) : '',
    name: wellFormed(given.name),
    context: asContext(given.context),
    release,
    transport,
    buffer: checkAll('buffer.', buffer, {
      name: textOrEmpty,
      maxBytes: numberOf('bytes', 65_536, 5 * 1024 * 1024),
      maxAgeMs: numberOf('milliseconds', 1_000, 14 * 24 * 60 * 60_000),
      persist: trueUnlessFalse,
      durability: oneOf(['relaxed', 'strict'], 'relaxed'),
    }),
    flush: checkAll('flush.', flush, {
      everyMs: numberOf('milliseconds', 0, 5_000),
      maxBodyBytes: numberOf('bytes', 1_024, maxBodyBytes),
    }),
  } as Settings;
}

/** A value for each of kinds. Only what is not given has a default: null is wrong. */
function checkAll<Kinds extends { readonly [name: string]: Kind }>(
  prefix: string,
  given: unknown,
  kinds: Kinds,
): { [Name in keyof Kinds]: any } {
  check('options', given, anObject); // those of options' own members have been looked at
  const names = Object.keys(kinds);
  for (const name of Object.keys(given as Given)) {
    if (names.includes(name)) continue;
    throw new TypeError(
      `createLogger: there is no option "${prefix}${name}"; ${prefix ? `"${prefix.slice(0, -1)}" takes` : 'the options are'} ${names.join(', ')}.`,
    );
  }
  const checked: { [name: string]: unknown } = {};
  for (const name of names) {
    const value: unknown = (given as Given)[name];
    const kind = kinds[name] as Kind;
    checked[name] = value === undefined ? kind[2] : check(prefix + name, value, kind);
  }
  return checked as { [Name in keyof Kinds]: any };
}

function check<T>(name: string, value: T, [fits, wanted]: Kind): T {
  if (fits(value)) return value;
  throw wrong(name, value, wanted);
}

function checkEndpoint(endpoint: unknown, baseUrl: string | undefined): URL {
  const wanted = baseUrl === undefined ? 'an absolute http(s) URL' : 'an http(s) URL, absolute or relative to the page';
  let url: URL | undefined;
  try {
    if (typeof endpoint === 'string' || endpoint instanceof URL) url = new URL(endpoint, baseUrl);
  } catch {}
  if (!/^https?:$/.test(url?.protocol ?? '')) throw wrong('endpoint', endpoint, wanted);
  // fetch refuses such URLs (fetch.spec.whatwg.org/#dom-request)
  if (url!.username || url!.password) throw wrong('endpoint', url!.origin, `${wanted}, without user name and password`);
  return url!;
}

function withKey(endpoint: URL, key: string): string {
  const url = new URL(endpoint);
  if (key) url.searchParams.set('key', key);
  return url.href;
}

const wrong = (name: string, value: unknown, wanted: string): TypeError =>
  new TypeError(`createLogger: option "${name}" was given ${show(value)}; it wants ${wanted}.`);

/** A given value, in a sentence. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'function' ? 'a function' : String(value);
}
