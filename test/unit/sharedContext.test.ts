// What one copy of timberlog can do with a context of another, and what it takes for one.
import { describe, expect, test, vi } from 'vitest';
import type { EncodedFields } from '../../src/core/merge.js';
import {
  asContext,
  type Collapsed,
  contextKey,
  type SharedContext,
  sharedContextOf,
} from '../../src/core/sharedContext.js';
import type { Context } from '../../src/core/types.js';
import { createContext, endOfTurn } from './contextRig.js';
import { startLogger } from './startLogger.js';

/** A context as a version with other insides would make it: nothing but the protocol. */
function foreignContext(changed: Partial<SharedContext> = {}) {
  const reporters: ((kind: string, message: string) => void)[] = [];
  let collapsed: Collapsed = { fields: { job: 1 } };
  const root: Collapsed = { fields: {} };
  const shared: SharedContext = {
    current: () => collapsed,
    root: () => root,
    runOverOwnBase: (_facts, fn) => fn(),
    listen(report) {
      reporters.push(report);
      return () => void reporters.splice(reporters.indexOf(report), 1);
    },
    ...changed,
  };
  const context = Object.assign(() => undefined, { set() {}, get: () => collapsed.fields, bind: (fn: unknown) => fn });
  Object.defineProperty(context, contextKey, { value: shared });
  const become = (fields: EncodedFields) => {
    collapsed = { fields };
  };
  return { context: context as unknown as Context, reporters, become };
}

/** A logger, and contexts, of a second copy of the core. */
async function importAgain() {
  vi.resetModules();
  const [rig, logger] = await Promise.all([import('./contextRig.js'), import('./startLogger.js')]);
  expect(rig.createContext).not.toBe(createContext);
  return { createContext: rig.createContext, startLogger: logger.startLogger };
}

class User {
  constructor(
    readonly id: number,
    readonly name: string,
  ) {}
}

describe('a logger of another copy', () => {
  test('takes a context that createContext() returned here', async () => {
    const context = createContext();
    const other = (await importAgain()).startLogger({ context });
    context({ job: 1 }, () => other.logger.info('inside'));
    await other.sendAll();
    expect(other.sent().map((line) => line.context)).toEqual([{ custom: { job: 1 } }]);
  });

  test('hears of its troubles, until it is closed', async () => {
    const context = createContext();
    const other = (await importAgain()).startLogger({ context });
    context.set('job' as any);
    await Promise.all([other.logger.close(), other.sendAll()]);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    context.set('job' as any);
    expect(other.troubles.map(({ kind, count }) => [kind, count])).toEqual([['context', 1]]);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  test('is told of a using block that stayed open', async () => {
    const context = createContext();
    const other = (await importAgain()).startLogger({ context });
    context({ job: 1 });
    await endOfTurn();
    expect(other.troubles.map(({ kind }) => kind)).toEqual(['using']);
  });

  test('merges a class instance in it as the copy would that encoded it', async () => {
    const context = createContext();
    const other = (await importAgain()).startLogger({ context });
    const child = other.logger.with({ user: { id: 2 } });
    context({ user: new User(1, 'Ada') }, () => child.info('inside'));
    await other.sendAll();
    expect(other.sent().map((line) => line.context)).toEqual([{ user: { id: 2 } }]);
  });

  test('sees nothing of a context that another copy made for itself', async () => {
    const other = await importAgain();
    const [ours, theirs] = [createContext(), other.createContext()];
    const seen = ours({ job: 1 }, () => theirs({ step: 2 }, () => [ours.get(), theirs.get()]));
    expect(seen).toEqual([{ job: 1 }, { step: 2 }]);
  });
});

describe('a context with other insides', () => {
  test('is on the lines of a logger, as it is at each', async () => {
    const { context, become } = foreignContext();
    const { logger, sent, sendAll } = startLogger({ context });
    logger.info('first');
    logger.info('again');
    become({ job: 2, user: { id: 3 } });
    logger.info('second');
    await sendAll();
    expect(sent().map((line) => line.context)).toEqual([
      { custom: { job: 1 } },
      { custom: { job: 1 } },
      { user: { id: 3 }, custom: { job: 2 } },
    ]);
  });

  test('loses its listener when the logger is closed', async () => {
    const { context, reporters } = foreignContext();
    const { logger, sendAll } = startLogger({ context });
    expect(reporters).toHaveLength(1);
    await Promise.all([logger.close(), sendAll()]);
    expect(reporters).toHaveLength(0);
  });

  test('that throws later costs its line, counted, and nothing else', () => {
    const { context } = foreignContext();
    const { logger, troubles } = startLogger({ context });
    vi.spyOn(sharedContextOf(context)!, 'current').mockImplementation(() => {
      throw new Error('no');
    });
    expect(() => logger.info('lost')).not.toThrow();
    expect(logger.stats().dropped).toEqual({ encoding: 1 });
    expect(troubles.map(({ kind }) => kind)).toEqual(['encoding']);
  });
});

describe('asContext', () => {
  const without = (name: string) => {
    const context = createContext();
    return Object.defineProperty(context, name, { value: undefined });
  };
  const throwing = new Proxy(() => {}, {
    get() {
      throw new Error('no');
    },
  });
  const { proxy: revoked, revoke } = Proxy.revocable(() => {}, {});
  revoke();
  const boom = (): never => {
    throw new Error('no');
  };

  test.each([
    ['a context made here', createContext()],
    ['one made by another version', foreignContext().context],
  ])('takes %s', (_, value) => {
    expect(asContext(value)).toBe(value);
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'context'],
    ['a plain object', {}],
    ['an object that has what a context has', { ...createContext(), [contextKey]: sharedContextOf(createContext()) }],
    ['a function', () => {}],
    ['a function with something else under the key', Object.assign(() => {}, { [contextKey]: 'mine' })],
    ['a context without set', without('set')],
    ['a context without bind', without('bind')],
    ['one without listen', foreignContext({ listen: undefined as any }).context],
    ['one without runOverOwnBase', foreignContext({ runOverOwnBase: 1 as any }).context],
    ['one whose current throws', foreignContext({ current: boom }).context],
    ['one whose root throws', foreignContext({ root: boom }).context],
    ['one with nothing current', foreignContext({ current: () => undefined as any }).context],
    ['one whose fields are a text', foreignContext({ current: () => ({ fields: 'job' as any }) }).context],
    ['one whose fields are null', foreignContext({ current: () => ({ fields: null as any }) }).context],
    ['one without fields at its root', foreignContext({ root: () => ({}) as any }).context],
    ['a Proxy that throws', throwing],
    ['a revoked Proxy', revoked],
  ])('takes %s for none, and throws nothing', (_, value) => {
    expect(asContext(value)).toBeUndefined();
  });
});
