// What every scope does, whichever platform is behind it.
import { expect, test } from 'vitest';
import type { Scope } from '../../src/core/scope.js';

const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function testScope(createScope: () => Scope<string>): void {
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
    const inside = scope.run('b', () => {
      exit();
      return scope.current();
    });
    expect([inside, scope.current()]).toEqual(['b', undefined]);
  });
}

/** For scopes of synchronous code alone. */
export function testSyncScope(createScope: () => Scope<string>): void {
  test('the frame is forgotten at the first await, and no other is seen', async () => {
    const scope = createScope();
    const seen = scope.run('a', async () => {
      await nextTask();
      return scope.current();
    });
    expect(await seen).toBeUndefined();
  });
}
