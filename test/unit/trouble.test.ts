// Our own failures: counted, and told once a kind.
import { expect, onTestFinished, test, vi } from 'vitest';
import { createTroubles } from '../../src/core/trouble.js';
import type { Trouble } from '../../src/core/types.js';

function listen() {
  const told: Trouble[] = [];
  const report = createTroubles((trouble) => void told.push(trouble));
  return { told, report };
}

test('tells what happened, with its cause', () => {
  const { told, report } = listen();
  const cause = new Error('disk full');
  report('storage', 'Lines cannot be kept.', cause);
  expect(told).toEqual([{ kind: 'storage', message: 'Lines cannot be kept.', count: 1, cause }]);
});

test('tells a kind once', () => {
  const { told, report } = listen();
  for (let i = 0; i < 5; i++) report('storage', 'Lines cannot be kept.');
  expect(told).toHaveLength(1);
});

test('tells every kind', () => {
  const { told, report } = listen();
  report('storage', 'One.');
  report('denied', 'Two.');
  expect(told.map(({ kind }) => kind)).toEqual(['storage', 'denied']);
});

test('survives a listener that throws', () => {
  const report = createTroubles(() => {
    throw new Error('no');
  });
  expect(() => report('storage', 'One.')).not.toThrow();
});

test('tells the console where nobody listens', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  createTroubles()('storage', 'Lines cannot be kept.');
  expect(warn).toHaveBeenCalledWith('timberlog: Lines cannot be kept.');
});

test('survives a console that throws', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {
    throw new Error('no');
  });
  onTestFinished(() => warn.mockRestore());
  expect(() => createTroubles()('storage', 'One.')).not.toThrow();
});

test('ends when a listener causes the trouble that it is told of', () => {
  const told: string[] = [];
  const report = createTroubles(({ kind }) => {
    told.push(kind);
    report(kind, 'Again.');
  });
  report('storage', 'One.');
  expect(told).toEqual(['storage']);
});

test('the count of what was told goes on', () => {
  const told: Trouble[] = [];
  const report = createTroubles((trouble) => told.push(trouble));
  report('storage', 'once');
  report('storage', 'again');
  expect(told).toEqual([{ kind: 'storage', message: 'once', count: 2 }]);
});
