// LoggerOptions, checked and completed. A wrong one throws a TypeError that names it: the only throw there is.
import { wellFormed } from './bytes.js';
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
  readonly flush: { readonly everyMs: number; readonly maxBodyBytes: number };
  readonly onTrouble: ((trouble: Trouble) => void) | undefined;
}

export interface OptionDefaults {
  context: Context;
  /** What a relative endpoint is relative to, where there is such a thing. */
  baseUrl?: string | undefined;
  maxBodyBytes: number;
}

const defaultBytes = 5 * 1024 * 1024;
const defaultAgeMs = 14 * 24 * 60 * 60_000;
const defaultEveryMs = 5_000;

/** @throws TypeError that names the option, what was given and what is wanted. */
export function checkOptions(options: LoggerOptions, defaults: OptionDefaults): Settings {
  const given = objectAt('options', options);
  refuseUnknown('', given, [
    'endpoint',
    'key',
    'name',
    'level',
    'context',
    'release',
    'transport',
    'buffer',
    'flush',
    'onTrouble',
  ]);
  const buffer = objectAt('buffer', or(given.buffer, {}));
  refuseUnknown('buffer.', buffer, ['name', 'maxBytes', 'maxAgeMs', 'persist', 'durability']);
  const flush = objectAt('flush', or(given.flush, {}));
  refuseUnknown('flush.', flush, ['everyMs', 'maxBodyBytes']);

  const endpoint = checkEndpoint(given.endpoint, defaults.baseUrl);
  const key = textAt('key', given.key);
  return {
    endpoint: endpoint.href,
    url: withKey(endpoint, key),
    key,
    name: wellFormed(textAt('name', given.name)),
    level: oneOf('level', or(given.level, 'debug'), ['debug', 'info', 'warn', 'error', 'fatal', 'off']),
    context: checkContext(or(given.context, defaults.context)),
    release: given.release === undefined ? undefined : checkRelease(given.release),
    transport: given.transport === undefined ? undefined : checkTransport(given.transport),
    buffer: {
      name: textAt('buffer.name', buffer.name),
      maxBytes: numberAt('buffer.maxBytes', or(buffer.maxBytes, defaultBytes), 'bytes', 65_536),
      maxAgeMs: numberAt('buffer.maxAgeMs', or(buffer.maxAgeMs, defaultAgeMs), 'milliseconds', 1_000),
      persist: booleanAt('buffer.persist', or(buffer.persist, true)),
      durability: oneOf('buffer.durability', or(buffer.durability, 'relaxed'), ['relaxed', 'strict']),
    },
    flush: {
      everyMs: numberAt('flush.everyMs', or(flush.everyMs, defaultEveryMs), 'milliseconds', 0),
      maxBodyBytes: numberAt('flush.maxBodyBytes', or(flush.maxBodyBytes, defaults.maxBodyBytes), 'bytes', 1_024),
    },
    onTrouble: given.onTrouble === undefined ? undefined : functionAt('onTrouble', given.onTrouble),
  };
}

type Given = { readonly [name: string]: any };

/** Only what is not given has a default: null is wrong. */
const or = (value: unknown, fallback: unknown): unknown => (value === undefined ? fallback : value);

function checkEndpoint(endpoint: unknown, baseUrl: string | undefined): URL {
  const wanted = baseUrl === undefined ? 'an absolute http(s) URL' : 'an http(s) URL, absolute or relative to the page';
  if (typeof endpoint !== 'string' && !(endpoint instanceof URL)) throw wrong('endpoint', endpoint, wanted);
  let url: URL;
  try {
    url = new URL(endpoint, baseUrl);
  } catch {
    throw wrong('endpoint', endpoint, wanted);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('endpoint', endpoint, wanted);
  // fetch refuses such URLs (fetch.spec.whatwg.org/#dom-request)
  if (url.username || url.password) throw wrong('endpoint', url.origin, `${wanted}, without user name and password`);
  return url;
}

function withKey(endpoint: URL, key: string): string {
  const url = new URL(endpoint);
  if (key) url.searchParams.set('key', key);
  return url.href;
}

function checkContext(context: unknown): Context {
  const known = asContext(context);
  if (!known) throw wrong('context', context, 'what createContext() returned');
  return known;
}

function checkRelease(release: unknown): Release {
  const given = objectAt('release', release);
  refuseUnknown('release.', given, ['version', 'commit_hash', 'created_at']);
  for (const name of Object.keys(given)) textAt(`release.${name}`, given[name]);
  return given as Release;
}

function checkTransport(transport: unknown): Transport {
  const given = objectAt('transport', transport);
  functionAt('transport.send', given.send);
  if (given.sendOnExit !== undefined) functionAt('transport.sendOnExit', given.sendOnExit);
  return given as Transport;
}

function refuseUnknown(prefix: string, given: Given, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `createLogger: there is no option "${prefix}${name}"; ${prefix ? `"${prefix.slice(0, -1)}" takes` : 'the options are'} ${known.join(', ')}.`,
    );
  }
}

function objectAt(name: string, value: unknown): Given {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Given;
  throw wrong(name, value, 'an object');
}

function textAt(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length <= 256) return value;
  throw wrong(name, value, 'a string of at most 256 characters');
}

function numberAt(name: string, value: unknown, unit: string, least: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value;
  throw wrong(name, value, `a number of ${unit}, ${least} or more`);
}

function booleanAt(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(name, value, 'true or false');
}

function functionAt<F extends (...args: any[]) => any>(name: string, value: unknown): F {
  if (typeof value === 'function') return value as F;
  throw wrong(name, value, 'a function');
}

function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  throw wrong(name, value, `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`);
}

function wrong(name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`createLogger: option "${name}" was given ${show(value)}; it wants ${wanted}.`);
}

/** A given value, in a sentence. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'function' ? 'a function' : String(value);
}
