// Code for a page and the page's answer, as text, so that engines with different protocols give the same.

const text = (code: unknown) => (typeof code === 'function' ? `(${code})()` : String(code));

/** An expression whose promise never rejects and gives JSON, for `answer`. */
// The line break ends a comment that code may end with.
export const asking = (code: unknown) => `(async () => {
  try {
    return JSON.stringify({ value: await (${text(code)}
    ) });
  } catch (thrown) {
    const { name, message, stack } = Object(thrown);
    return JSON.stringify({ thrown: message === undefined ? { message: String(thrown) } : { name, message, stack } });
  }
})()`;

/** What the page gave, or an error with what it threw. */
function read(json: unknown) {
  const { value, thrown } = JSON.parse(json as string);
  if (!thrown) return value;
  const error = new Error(thrown.message);
  if (thrown.name) error.name = thrown.name;
  // Engines other than V8 have no message in it.
  error.stack = `${error.name}: ${error.message}\n${thrown.stack ?? ''}\n    of the page; asked for by\n${error.stack}`;
  throw error;
}

/** Waits for what a page says to `asking(code)`, timeoutMs at most. */
export async function answer(asked: Promise<unknown>, code: unknown, timeoutMs = 30_000): Promise<any> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const start = text(code).replace(/\s+/g, ' ').slice(0, 100);
    const sentence = `The page gave no answer within ${timeoutMs} ms to: ${start}`;
    timer = setTimeout(() => reject(new Error(sentence)), timeoutMs);
  });
  try {
    return read(await Promise.race([asked, late]));
  } finally {
    clearTimeout(timer);
    asked.catch(() => {}); // an answer that comes too late, as when the page is closed, is nobody's
  }
}
