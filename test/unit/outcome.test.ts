// What an answer means.
import { describe, expect, test } from 'vitest';
import { type Answer, judgeAnswer, retryAfter } from '../../src/core/outcome.js';

const now = Date.UTC(2026, 10, 22, 12);
const hour = 60 * 60_000;

const answer = (status: number, headers: Record<string, string> = {}, more: Partial<Answer> = {}): Answer => ({
  status,
  headers: new Headers(headers),
  type: 'cors',
  redirected: false,
  ...more,
});

describe('an endpoint that has not announced itself', () => {
  test.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [301, 'retry'],
    [302, 'retry'],
    [304, 'retry'],
    [307, 'retry'],
    [400, 'refused'],
    [401, 'denied'],
    [403, 'denied'],
    [404, 'denied'],
    [408, 'retry'],
    [413, 'tooLarge'],
    [418, 'retry'],
    [422, 'refused'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [599, 'retry'],
    [0, 'retry'],
  ])('answers %d: %s', (status, kind) => {
    expect(judgeAnswer(answer(status), false, now).kind).toBe(kind);
  });

  test.each([['text/html'], ['text/html; charset=utf-8'], ['TEXT/HTML'], ['application/xhtml+xml']])(
    'acknowledges nothing with 200 and %s',
    (type) => {
      expect(judgeAnswer(answer(200, { 'content-type': type }), false, now).kind).toBe('retry');
    },
  );

  test('acknowledges with 200 and JSON', () => {
    expect(judgeAnswer(answer(200, { 'content-type': 'application/json' }), false, now).kind).toBe('delivered');
  });

  test('acknowledges nothing with an opaque answer', () => {
    expect(judgeAnswer(answer(0, {}, { type: 'opaque' }), false, now).kind).toBe('retry');
  });

  test('acknowledges nothing with an opaque redirect', () => {
    expect(judgeAnswer(answer(0, {}, { type: 'opaqueredirect' }), false, now).kind).toBe('retry');
  });

  test('acknowledges nothing with a 200 that was redirected', () => {
    expect(judgeAnswer(answer(200, {}, { redirected: true }), false, now).kind).toBe('retry');
  });
});

describe('an endpoint that has announced itself', () => {
  test('acknowledges with the header', () => {
    const headers = { 'timberlog-collector': '1, gzip, receipts' };
    expect(judgeAnswer(answer(200, headers), true, now).kind).toBe('delivered');
  });

  test('acknowledges nothing without the header', () => {
    expect(judgeAnswer(answer(200), true, now).kind).toBe('retry');
  });

  test.each([400, 401, 404, 413, 422])('refuses no line with %d without the header: it is not its answer', (status) => {
    expect(judgeAnswer(answer(status), true, now).kind).toBe('retry');
  });

  test('refuses with 400 and the header', () => {
    expect(judgeAnswer(answer(400, { 'timberlog-collector': '1' }), true, now).kind).toBe('refused');
  });
});

test('says in words what came', () => {
  expect(judgeAnswer(answer(503), false, now)).toMatchObject({ why: 'status 503' });
});

test.each([429, 503, 408])('a %d carries the wish of Retry-After', (status) => {
  expect(judgeAnswer(answer(status, { 'retry-after': '120' }), false, now)).toMatchObject({ afterMs: 120_000 });
});

test.each([
  ['seconds', '30', 30_000],
  ['seconds with spaces', ' 30 ', 30_000],
  ['a date', new Date(now + 90_000).toUTCString(), 90_000],
  ['an hour', '3600', hour],
  ['more than an hour', '3601', hour],
  ['absurdly many seconds', '99999999999999999999', hour],
  ['a date in a hundred years', 'Fri, 22 Nov 2126 12:00:00 GMT', hour],
])('Retry-After as %s is obeyed, for an hour at most', (_, header, afterMs) => {
  expect(retryAfter(header, now)).toEqual({ afterMs });
});

test.each([
  ['absent', null],
  ['empty', ''],
  ['zero', '0'],
  ['negative', '-5'],
  ['a date that is over', new Date(now - 1_000).toUTCString()],
  ['a word', 'soon'],
  ['infinite', 'Infinity'],
])('Retry-After that is %s leaves the wait to the back-off', (_, header) => {
  expect(retryAfter(header, now)).toEqual({});
});
