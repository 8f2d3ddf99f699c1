// Scopes over AsyncLocalStorage, and over what stands in for it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createAlsScope, createSynchronousStorage } from '../../src/workers/alsScope.js';

const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ['AsyncLocalStorage', () => createAlsScope(new AsyncLocalStorage<string>())],
  ['synchronous storage', () => createAlsScope(createSynchronousStorage<string>())],
])('over %s', (_, createScope) => {
  test('no frame is current outside', () => {
    expect(createScope().current()).toBeUndefined();
  });

  test('run makes its frame current, and returns what fn returns', () => {
    const scope = createScope();
    expect(scope.run('a', () => scope.current())).toBe('a');
  });

  test('run gives the frame around it back', () => {
    const scope = createScope();
    expect(scope.run('a', () => [scope.run('b', () => scope.current()), scope.current()])).toEqual(['b', 'a']);
  });

  test('run gives the frame around it back when fn throws', () => {
    const scope = createScope();
    const failing = () =>
      scope.run('a', () => {
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(scope.current()).toBeUndefined();
  });

  test('code after an await never sees the frame of somebody else', async () => {
    const scope = createScope();
    const seen = scope.run('a', async () => {
      await nextTask();
      return scope.current();
    });
    const others = scope.run('b', () => seen);
    expect(['a', undefined]).toContain(await others);
  });

  test('enter makes its frame current until its end is called', () => {
    const scope = createScope();
    const exit = scope.enter('a');
    const inside = scope.current();
    exit();
    expect([inside, scope.current()]).toEqual(['a', undefined]);
  });

  test('enter lies over run', () => {
    const scope = createScope();
    scope.run('a', () => {
      const exit = scope.enter('b');
      expect(scope.current()).toBe('b');
      exit();
      expect(scope.current()).toBe('a');
    });
  });

  test('run lies over enter', () => {
    const scope = createScope();
    const exit = scope.enter('a');
    expect([scope.run('b', () => scope.current()), scope.current()]).toEqual(['b', 'a']);
    exit();
  });

  test('what is entered inside run and left open is not current after it', () => {
    const scope = createScope();
    scope.run('a', () => scope.enter('b'));
    expect(scope.current()).toBeUndefined();
  });

  test('the end says whether its frame was current', () => {
    const scope = createScope();
    const [outer, inner] = [scope.enter('a'), scope.enter('b')];
    expect([outer(), inner(), inner()]).toEqual([false, true, false]);
  });

  test('ends out of order restore nothing that is not their own', () => {
    const scope = createScope();
    const [outer, inner] = [scope.enter('a'), scope.enter('b')];
    outer();
    const between = scope.current();
    inner();
    expect([between, scope.current()]).toEqual(['b', undefined]);
  });

  test('an end that is called twice does not end what was entered since', () => {
    const scope = createScope();
    const exit = scope.enter('a');
    exit();
    scope.enter('b');
    exit();
    expect(scope.current()).toBe('b');
  });

  test('an end that is called late, inside another run, leaves that alone', () => {
    const scope = createScope();
    const exit = scope.enter('a');
    const inside = scope.run('b', () => [exit(), scope.current()]);
    expect([inside, scope.current()]).toEqual([[false, 'b'], undefined]);
  });
});

describe('over AsyncLocalStorage', () => {
  test('a frame is kept across an await', async () => {
    const scope = createAlsScope(new AsyncLocalStorage<string>());
    const seen = scope.run('a', async () => {
      await nextTask();
      return scope.current();
    });
    expect(await seen).toBe('a');
  });

  test('fifty flows at once keep each its own frame', async () => {
    const scope = createAlsScope(new AsyncLocalStorage<number>());
    const flow = async (): Promise<unknown> => {
      for (let i = 0; i < 5; i++) await nextTask();
      return scope.current();
    };
    const flows = Array.from({ length: 50 }, (_, i) => scope.run(i, flow));
    expect(await Promise.all(flows)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('a block that was entered does not reach a task that was started before it', async () => {
    const scope = createAlsScope(new AsyncLocalStorage<string>());
    const seen = scope.run('a', () => nextTask().then(() => scope.current()));
    const exit = scope.enter('b');
    exit();
    expect(await seen).toBe('a');
  });
});

test('synchronous storage forgets the frame at the first await, and shows no other', async () => {
  const scope = createAlsScope(createSynchronousStorage<string>());
  const seen = scope.run('a', async () => {
    await nextTask();
    return scope.current();
  });
  expect(await seen).toBeUndefined();
});
