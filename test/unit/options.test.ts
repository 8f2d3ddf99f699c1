// LoggerOptions, checked and completed.
import { describe, expect, test } from 'vitest';
import { createContextOver } from '../../src/core/context.js';
import type { Frame } from '../../src/core/frame.js';
import { checkOptions, type Settings } from '../../src/core/options.js';
import { createAlsScope, createSynchronousStorage } from '../../src/workers/alsScope.js';

const createContext = () => createContextOver(createAlsScope(createSynchronousStorage<Frame>()), queueMicrotask);

const context = createContext();
const endpoint = 'https://logs.example/v1/logs';
const check = (options: unknown, baseUrl?: string): Settings =>
  checkOptions(options as never, { context, baseUrl, maxBodyBytes: 49_152 });
const send = async () => {};

test('an endpoint is all that is needed', () => {
  expect(check({ endpoint })).toEqual({
    endpoint,
    url: endpoint,
    key: '',
    name: '',
    level: 'debug',
    context,
    release: undefined,
    transport: undefined,
    buffer: { name: '', maxBytes: 5_242_880, maxAgeMs: 1_209_600_000, persist: true, durability: 'relaxed' },
    flush: { everyMs: 5_000, maxBodyBytes: 49_152 },
    exit: 'resend',
    onTrouble: undefined,
  });
});

test('everything that is given is taken', () => {
  const own = createContext();
  const given = {
    name: 'shop',
    level: 'off' as const,
    context: own,
    release: { version: '1.0.0', commit_hash: 'abc', created_at: '2026-11-22' },
    transport: { send, sendOnExit: () => true },
    buffer: { name: 'b', maxBytes: 65_536, maxAgeMs: 1_000, persist: false, durability: 'strict' as const },
    flush: { everyMs: 0, maxBodyBytes: 1_024 },
    exit: 'trust' as const,
    onTrouble: () => {},
  };
  expect(check({ endpoint, key: 'k', ...given })).toEqual({ endpoint, url: `${endpoint}?key=k`, key: 'k', ...given });
});

test('options that are undefined are as good as not given', () => {
  const names = ['key', 'name', 'level', 'context', 'release', 'transport', 'buffer', 'flush', 'exit', 'onTrouble'];
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
  expect(check({ endpoint, ...nothing })).toEqual(check({ endpoint }));
});

describe('the endpoint', () => {
  test('is not needed where a transport is given', () => {
    const transport = { send: async () => {} };
    expect(check({ transport })).toMatchObject({ transport, endpoint: 'its transport', url: '' });
  });

  test('may be a URL', () => {
    expect(check({ endpoint: new URL(endpoint) }).endpoint).toBe(endpoint);
  });

  test('may be relative to the page, where there is one', () => {
    expect(check({ endpoint: '/v1/logs' }, 'https://shop.example/cart?a').endpoint).toBe(
      'https://shop.example/v1/logs',
    );
  });

  test('keeps its own query beside the key', () => {
    expect(check({ endpoint: `${endpoint}?a=1`, key: 'k' }).url).toBe(`${endpoint}?a=1&key=k`);
  });

  test('carries a key of any characters', () => {
    expect(new URL(check({ endpoint, key: 'a&b=c#d é' }).url).searchParams.get('key')).toBe('a&b=c#d é');
  });

  test('of a given URL is not changed by the key', () => {
    const url = new URL(endpoint);
    check({ endpoint: url, key: 'k' });
    expect(url.href).toBe(endpoint);
  });
});

test('a name with unpaired surrogates is made well-formed', () => {
  expect(check({ endpoint, name: 'a\ud800' }).name).toBe('a\ufffd');
});

const long = 'x'.repeat(257);
const text = 'a string of at most 256 characters';

const wrong: [option: string, given: unknown, shown: string, wanted: string][] = [
  ['endpoint', undefined, 'undefined', 'an absolute http(s) URL'],
  ['endpoint', null, 'null', 'an absolute http(s) URL'],
  ['endpoint', '', '""', 'an absolute http(s) URL'],
  ['endpoint', '/v1/logs', '"/v1/logs"', 'an absolute http(s) URL'],
  ['endpoint', 'ftp://a.example', '"ftp://a.example"', 'an absolute http(s) URL'],
  ['endpoint', 'javascript:alert(1)', '"javascript:alert(1)"', 'an absolute http(s) URL'],
  ['endpoint', {}, 'an object', 'an absolute http(s) URL'],
  ['key', 7, '7', text],
  ['key', null, 'null', text],
  ['key', long, `"${'x'.repeat(80)}…"`, text],
  ['name', ['a'], 'an array', text],
  ['name', long, `"${'x'.repeat(80)}…"`, text],
  ['level', 'verbose', '"verbose"', 'one of "debug", "info", "warn", "error", "fatal", "off"'],
  ['level', 'constructor', '"constructor"', 'one of "debug", "info", "warn", "error", "fatal", "off"'],
  ['level', null, 'null', 'one of "debug", "info", "warn", "error", "fatal", "off"'],
  ['level', 3, '3', 'one of "debug", "info", "warn", "error", "fatal", "off"'],
  ['context', {}, 'an object', 'what createContext() returned'],
  ['context', null, 'null', 'what createContext() returned'],
  ['context', () => {}, 'a function', 'what createContext() returned'],
  ['release', '1.0.0', '"1.0.0"', 'an object'],
  ['release', null, 'null', 'an object'],
  ['release.version', 1, '1', text],
  ['release.commit_hash', true, 'true', text],
  ['release.created_at', new Date(0), 'an object', text],
  ['transport', 'http', '"http"', 'an object'],
  ['transport', null, 'null', 'an object'],
  ['transport.send', undefined, 'undefined', 'a function'],
  ['transport.sendOnExit', true, 'true', 'a function'],
  ['buffer', [], 'an array', 'an object'],
  ['buffer', null, 'null', 'an object'],
  ['buffer.name', 7, '7', text],
  ['buffer.maxBytes', 65_535, '65535', 'a number of bytes, 65536 or more'],
  ['buffer.maxBytes', '5MB', '"5MB"', 'a number of bytes, 65536 or more'],
  ['buffer.maxBytes', Number.NaN, 'NaN', 'a number of bytes, 65536 or more'],
  ['buffer.maxBytes', Number.POSITIVE_INFINITY, 'Infinity', 'a number of bytes, 65536 or more'],
  ['buffer.maxBytes', null, 'null', 'a number of bytes, 65536 or more'],
  ['buffer.maxBytes', 10n ** 6n, '1000000n', 'a number of bytes, 65536 or more'],
  ['buffer.maxAgeMs', 999, '999', 'a number of milliseconds, 1000 or more'],
  ['buffer.persist', 'yes', '"yes"', 'true or false'],
  ['buffer.persist', null, 'null', 'true or false'],
  ['buffer.durability', 'lax', '"lax"', 'one of "relaxed", "strict"'],
  ['flush', true, 'true', 'an object'],
  ['flush.everyMs', -1, '-1', 'a number of milliseconds, 0 or more'],
  ['flush.maxBodyBytes', 1_023, '1023', 'a number of bytes, 1024 or more'],
  ['flush.maxBodyBytes', Symbol('a'), 'Symbol(a)', 'a number of bytes, 1024 or more'],
  ['onTrouble', console, 'an object', 'a function'],
  ['onTrouble', null, 'null', 'a function'],
];

test.each(wrong)(
  'a wrong %s (%o) throws a TypeError that says what was given and what is wanted',
  (option, given, shown, wanted) => {
    const [name, inner] = option.split('.') as [string, string?];
    const whole = name === 'transport' ? { send } : {};
    const options = { endpoint, [name]: inner ? { ...whole, [inner]: given } : given };
    expect(() => check(options)).toThrow(
      new TypeError(`createLogger: option "${option}" was given ${shown}; it wants ${wanted}.`),
    );
  },
);

test('in a page a wrong endpoint is told that it may be relative', () => {
  expect(() => check({ endpoint: 'http://' }, 'https://shop.example/')).toThrow(
    new TypeError(
      'createLogger: option "endpoint" was given "http://"; it wants an http(s) URL, absolute or relative to the page.',
    ),
  );
});

test.each([
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a text', endpoint, `"${endpoint}"`],
  ['an array', [], 'an array'],
  ['a function', () => ({}), 'a function'],
])('options that are %s throw a TypeError', (_, options, shown) => {
  expect(() => check(options)).toThrow(
    new TypeError(`createLogger: option "options" was given ${shown}; it wants an object.`),
  );
});

test.each([
  ['a name of no option', { endPoint: endpoint }, '"endPoint"; the options are endpoint, key, name'],
  ['a misspelt option of buffer', { buffer: { maxbytes: 1 } }, '"buffer.maxbytes"; "buffer" takes name, maxBytes'],
  ['a misspelt option of flush', { flush: { every: 1 } }, '"flush.every"; "flush" takes everyMs, maxBodyBytes'],
  ['a misspelt field of release', { release: { hash: 'a' } }, '"release.hash"; "release" takes version, commit_hash'],
])('%s throws a TypeError that tells the names there are', (_, options, told) => {
  const act = () => check({ endpoint, ...options });
  expect(act).toThrow(TypeError);
  expect(act).toThrow(`createLogger: there is no option ${told}`);
});
