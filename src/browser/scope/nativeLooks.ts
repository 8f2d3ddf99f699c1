// Puts our functions in the place of native ones, so that they look like them: descriptor, name, length, source text.

const originals = new WeakMap<object, object>();
let isMasking = false;

/** The function that replacement stands for, if it is one of ours. */
export const originalOf = (replacement: unknown): object | undefined => originals.get(replacement as object);

/** Remembers what replacement stands for, without changing its looks. */
export function standFor<F extends object>(replacement: F, original: object): F {
  originals.set(replacement, original);
  return replacement;
}

const sourceOf = Function.prototype.toString;

export const isNative = (fn: unknown): boolean =>
  typeof fn === 'function' && /\{\s*\[native code\]\s*\}$/.test(sourceOf.call(fn));

/** Whether fn is a nameless function of the engine's own, such as those that settle a promise; not one that was bound. */
export const isEngines = (fn: unknown): boolean => isNative(fn) && (fn as { name: string }).name === '';

/** replacement, with the name, the length and (by `toString`) the source text of original. */
export function lookLike<F extends object>(replacement: F, original: object): F {
  maskSources();
  // In this order, which is that of the keys then in Firefox.
  for (const key of ['length', 'name']) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor) Object.defineProperty(replacement, key, descriptor);
  }
  return standFor(replacement, original);
}

type Native = (this: unknown, ...args: any[]) => any;

/** What could not be replaced, since the page has frozen it. */
export const frozen = new Set<string>();

/** Name of holder, as a page's author knows it. */
export function nameIn(holder: object, name: string): string {
  if (holder === globalThis) return name;
  const { name: ofFunction, [Symbol.toStringTag]: ofPrototype } = holder as { [key: PropertyKey]: unknown };
  return `${ofPrototype ?? ofFunction}.${name}`;
}

/**
 * Replaces the method name of owner, found along the prototype chain, by what make returns for it. Says whether it did;
 * it does nothing where there is no such method.
 */
export function replaceMethod(owner: object | undefined, name: string, make: (native: Native) => Native): boolean {
  let holder = owner ?? null;
  while (holder !== null && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder);
  const descriptor = holder === null ? undefined : Object.getOwnPropertyDescriptor(holder, name);
  if (holder === null || typeof descriptor?.value !== 'function') return false;
  const value = lookLike(make(descriptor.value), descriptor.value);
  const isReplaced = Reflect.defineProperty(holder, name, { ...descriptor, value });
  if (!isReplaced) frozen.add(nameIn(holder, name));
  return isReplaced;
}

/** Libraries look for `[native code]` in `Promise.prototype.then`, Dexie for one. */
function maskSources(): void {
  if (isMasking) return;
  isMasking = true;
  replaceMethod(
    Function.prototype,
    'toString',
    (native) =>
      ({
        toString(this: unknown) {
          return Reflect.apply(native, originals.get(this as object) ?? this, []);
        },
      }).toString,
  );
  frozen.clear(); // it was the first of all, and carries no context
}
