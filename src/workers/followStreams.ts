// Streams are read in the context in which they were made. Newer versions of workerd lose it where the runtime itself
// reads the body of a response: in `pull` and `cancel`, and in what is given to `ReadableStream.from`.
import type { Inside, Invocations } from './invocations.js';

let follows = false;

/** Follows the streams that are made in an invocation from now on. All others are left alone. */
export function followStreams({ fromHere, waitUntil: inWorkerd }: Invocations): void {
  if (follows || !inWorkerd) return;
  follows = true;
  const Native = ReadableStream;

  function from(iterable: any): unknown {
    const name = iterable?.[Symbol.asyncIterator] ? Symbol.asyncIterator : Symbol.iterator;
    const inside = iterable?.[name] && !(iterable instanceof Native) && fromHere();
    if (!inside) return Native.from(iterable);
    return Native.from({
      [name]: () =>
        calledInside(
          inside,
          inside(() => iterable[name]()),
          ['next', 'return'],
        ),
    });
  }

  globalThis.ReadableStream = new Proxy(Native, {
    construct(_, [source, ...rest], maker) {
      const inside = source && fromHere();
      const followed = inside ? calledInside(inside, source, ['pull', 'cancel']) : source;
      return Reflect.construct(Native, [followed, ...rest], maker);
    },
    get: (_, name) => (name === 'from' ? from : Reflect.get(Native, name)),
  });
}

/** An object with these methods of another's, called inside; the rest is the other's. */
function calledInside(inside: Inside, object: any, names: readonly string[]): object {
  const called: PropertyDescriptorMap = {};
  for (const name of names) {
    if (object[name]) called[name] = { value: (...args: unknown[]) => inside(() => object[name](...args)) };
  }
  return Object.create(object, called);
}
