// What the stack of an error says of the async functions that wait for the one that threw it: V8's `at async` lines.
import { beforeAll, expect, test } from 'vitest';
import { type FlowPage, openFlowPage } from './flowPage.js';

let flowPage: FlowPage;
beforeAll(async () => {
  flowPage = await openFlowPage();
  return flowPage.close;
});

test('keeps the async callers on the stack of an error thrown in a context', async () => {
  const stack = await flowPage.inFlow(async () => {
    async function inner() {
      await tick();
      throw new Error('deep');
    }
    async function outer() {
      await inner();
    }
    return outer().catch((error: Error) => error.stack);
  });

  expect(stack).toMatch(/at inner .*\n\s+at async outer /);
});

test('the stack of an error thrown outside names no async callers while an await in a context is pending', async () => {
  const stacks = await flowPage.inPage(async () => {
    async function inner() {
      await tick();
      throw new Error('deep');
    }
    async function outer() {
      await inner();
    }
    const stack = () => outer().catch((error: Error) => error.stack);
    let resolve!: () => void;
    const promise = new Promise<void>((given) => {
      resolve = given;
    });
    const pending = timber.context({ flow: 'a' }, async () => await promise);
    const stacks = [await stack()];
    resolve();
    await pending;
    return [...stacks, await stack()];
  });

  expect(stacks[0]).not.toMatch(/at async/);
  expect(stacks[1]).toMatch(/at inner .*\n\s+at async outer /);
});
