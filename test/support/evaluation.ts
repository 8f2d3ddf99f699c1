// Code for a page and the page's answer, as text, so that engines with different protocols give the same.
import { within } from './within.js';

export type Code<T> = string | (() => T | PromiseLike<T>);

/**
 * What code gives in a page, by evaluate, which must evaluate an expression whose promise gives text. Rejects with what
 * the page threw, or when there is no answer within timeoutMs.
 */
export async function evaluated<T>(
  code: Code<T>,
  timeoutMs: number,
  evaluate: (expression: string) => Promise<unknown>,
): Promise<T> {
  const text = typeof code === 'function' ? `(${code})()` : code;
  const start = text.replace(/\s+/g, ' ').slice(0, 100);
  const late = () => `The page gave no answer within ${timeoutMs} ms to: ${start}`;
  return read(await within(timeoutMs, evaluate(asking(text)), late));
}

// It uses little that a page may have broken or replaced. The line break ends a comment that code may end with. The
// first await makes code start in a job: called as WebKit's driver calls, it would have the engine take the end of
// every listener that it calls for the end of the task, and run microtasks there.
const asking = (text: string) => `(async () => {
  await null;
  try {
    return JSON.stringify({ value: await (${text}
    ) });
  } catch (thrown) {
    let told = { message: 'something that has no text' };
    try {
      told = { message: \`\${thrown?.message ?? thrown}\`, name: thrown?.name, stack: thrown?.stack };
    } catch {}
    return JSON.stringify({ thrown: told });
  }
})()`;

function read(json: unknown) {
  const { value, thrown } = JSON.parse(json as string);
  if (!thrown) return value;
  const error = new Error(thrown.message);
  if (thrown.name) error.name = thrown.name;
  // Only V8's has the message in it.
  error.stack = `${error.name}: ${error.message}\n${thrown.stack ?? ''}\n    of the page; asked for by\n${error.stack}`;
  throw error;
}
