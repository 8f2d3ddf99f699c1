// Any value as JSON, in its one stated safe form: nothing here throws, runs on for ever or keeps a reference.
import { cutText, isPlainAscii, jsonBytes, utf8Bytes } from './bytes.js';
import { encodeError, isError } from './errors.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

const maxDepth = 10;
const maxNameBytes = 256;
/** One long text leaves room for what stands beside it. */
const maxTextBytes = 8_192;
/** Most texts are short, and their size needs no counting character by character. */
const maxQuickText = 256;
/** Bytes that a mark for what was cut may take beyond the budget; they are bounded by the depth. */
export const markAllowance = (maxDepth + 1) * 64;

/** Bytes of JSON that may still be written. It counts down. */
export interface Budget {
  bytes: number;
}

/** The mark of whole objects. Registered, as one copy of timberlog merges what another has encoded. */
const wholeKey = Symbol.for('timberlog.whole.1');

/**
 * Whether an encoded object came from something else than a plain one (a class instance, an Error, what toJSON
 * returned): it replaces and is replaced whole where plain objects would merge.
 */
export const isWhole = (encoded: object): boolean => Object.hasOwn(encoded, wholeKey);

/**
 * The safe form of value. `undefined` stays undefined, for the caller to leave out or to read as "remove". Plain
 * objects keep their undefined properties for the same reason; JSON.stringify leaves those out.
 */
export function encodeValue(value: unknown, budget: Budget): Json | undefined {
  return encodeAt(value, budget, undefined);
}

/** The same for an object's own properties alone, but for one that is left out. */
export function encodeFields(object: object, budget: Budget, leftOut?: string): { [name: string]: Json } {
  try {
    return encodeProperties(object, budget, within(object, undefined), leftOut);
  } catch (cause) {
    return { '…': spendText(`[unreadable: ${reasonOf(cause)}]`, budget) }; // a Proxy that does not tell its names
  }
}

/** The encoded form of an Error, cut like any value where it takes more than the budget. */
export function spendError(error: Error, budget: Budget, outer?: Inside): { [name: string]: Json } {
  const encoded = encodeError(error);
  const bytes = utf8Bytes(JSON.stringify(encoded));
  if (bytes > budget.bytes) return encodeProperties(encoded, budget, within(encoded, outer));
  budget.bytes -= bytes;
  return encoded;
}

/** The objects around what is being encoded, the innermost first. */
interface Inside {
  readonly object: object;
  readonly outer: Inside | undefined;
  readonly depth: number;
}

const within = (object: object, outer: Inside | undefined): Inside => ({
  object,
  outer,
  depth: outer === undefined ? 1 : outer.depth + 1,
});

function isInside(object: object, innermost: Inside | undefined): boolean {
  for (let inside = innermost; inside !== undefined; inside = inside.outer) if (inside.object === object) return true;
  return false;
}

function encodeAt(value: unknown, budget: Budget, outer: Inside | undefined): Json | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
      return spendText(value, budget);
    case 'number':
      budget.bytes -= numberLength(value) + 2; // NaN and the infinities become texts
      return Number.isFinite(value) ? value || 0 : String(value); // -0 is 0
    case 'boolean':
      budget.bytes -= 5;
      return value;
    case 'bigint':
      return spendText(bigintText(value), budget);
    case 'symbol':
      return spendText(value.toString(), budget);
    case 'function':
      return spendText(`[function ${nameOf(value)}]`, budget);
  }
  if (value === null) {
    budget.bytes -= 4;
    return null;
  }
  const object = value as object;
  if (isInside(object, outer)) return spendText('[circular]', budget);
  try {
    return encodeObject(object, budget, outer);
  } catch (cause) {
    return spendText(`[unreadable: ${reasonOf(cause)}]`, budget); // a Proxy or an accessor that throws
  }
}

function encodeObject(object: object, budget: Budget, outer: Inside | undefined): Json {
  const isLiteral = isObjectLiteral(object);
  if (!isLiteral && isError(object)) return whole(spendError(object, budget, outer));
  const own = isLiteral ? undefined : namedForm(object);
  if (own !== undefined) return spendText(own, budget);
  if (outer !== undefined && outer.depth >= maxDepth) {
    return spendText(Array.isArray(object) ? '[array]' : '[object]', budget);
  }
  const inside = within(object, outer);
  if (isLiteral) return encodeProperties(object, budget, inside);
  if (Array.isArray(object)) return encodeItems(object, object.length, budget, inside);
  if (object instanceof Map || object instanceof Set) return encodeItems(object, object.size, budget, inside);
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') return encodeToJson(object, toJSON as () => unknown, budget, inside);
  const encoded = encodeProperties(object, budget, inside);
  return isPlain(object) ? encoded : whole(encoded);
}

/** Whether object is what nearly all are, with no claim to be something else. Quick: entering a context asks it. */
const isObjectLiteral = (object: object): boolean =>
  Object.getPrototypeOf(object) === Object.prototype &&
  !(Symbol.toStringTag in object || 'toJSON' in object || 'nodeType' in object);

// Forms that are one text. What has no readable content of its own says what it is.
function namedForm(object: object): string | undefined {
  if (object instanceof Date) return dateText(object);
  if (object instanceof RegExp) return String(object);
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) {
    return `[${tagOf(object)}: ${object.byteLength} bytes]`;
  }
  const tag = tagOf(object);
  if (tag === 'URL' || tag === 'Location') return String((object as { href: unknown }).href); // whoever says it is one
  if (tag === 'String' || tag === 'Number' || tag === 'Boolean' || tag === 'BigInt') return String(object);
  if (/^(Promise|WeakMap|WeakSet|WeakRef|Window|Blob|File|Request|Response|Headers|FormData)$/.test(tag)) {
    return `[${tag}]`;
  }
  const { nodeType, nodeName } = object as { nodeType?: unknown; nodeName?: unknown };
  if (typeof nodeType === 'number' && typeof nodeName === 'string') return `[node ${nodeName.toLowerCase()}]`;
  return undefined;
}

// The intrinsic methods: a subclass may answer anything.
function dateText(date: Date): string {
  const isValid = !Number.isNaN(Date.prototype.getTime.call(date));
  return isValid ? Date.prototype.toISOString.call(date) : '[invalid date]';
}

function encodeToJson(object: object, toJSON: () => unknown, budget: Budget, inside: Inside): Json {
  let replaced: unknown;
  try {
    replaced = toJSON.call(object);
  } catch (cause) {
    return spendText(`[toJSON threw: ${reasonOf(cause)}]`, budget);
  }
  if (replaced === object) return whole(encodeProperties(object, budget, inside));
  const encoded = orNull(encodeAt(replaced, budget, inside), budget);
  return encoded !== null && typeof encoded === 'object' ? whole(encoded) : encoded;
}

function orNull(encoded: Json | undefined, budget: Budget): Json {
  if (encoded !== undefined) return encoded;
  budget.bytes -= 4;
  return null;
}

function encodeItems(items: Iterable<unknown>, count: number, budget: Budget, inside: Inside): Json {
  const encoded: Json[] = [];
  budget.bytes -= 2;
  for (const item of items) {
    if (budget.bytes <= 0) {
      encoded.push(`…[cut: ${count - encoded.length} more]`);
      break;
    }
    budget.bytes -= 1;
    encoded.push(orNull(encodeAt(item, budget, inside), budget));
  }
  return encoded;
}

function encodeProperties(object: object, budget: Budget, inside: Inside, leftOut?: string): { [name: string]: Json } {
  const encoded: { [name: string]: Json } = {};
  budget.bytes -= 2;
  const keys = Object.keys(object);
  const names = leftOut === undefined ? keys : keys.filter((name) => name !== leftOut);
  for (let i = 0; i < names.length; i++) {
    if (budget.bytes <= 0) {
      encoded['…'] = `[cut: ${names.length - i} more]`;
      break;
    }
    const given = names[i] as string;
    const isQuick = given.length <= maxNameBytes && isPlainAscii(given);
    const name = isQuick ? given : cutText(given, maxNameBytes);
    budget.bytes -= (isQuick ? name.length : jsonBytes(name)) + 4;
    setOwn(encoded, name, encodeProperty(object, given, budget, inside));
  }
  return encoded;
}

function encodeProperty(object: object, name: string, budget: Budget, inside: Inside): Json | undefined {
  let value: unknown;
  try {
    value = (object as { [name: string]: unknown })[name];
  } catch (cause) {
    return spendText(`[getter threw: ${reasonOf(cause)}]`, budget);
  }
  return encodeAt(value, budget, inside);
}

/** Sets an own property of any name: `__proto__` is a plain one, and so is what a page froze in Object.prototype. */
export function setOwn<T>(target: { [name: string]: T }, name: string, value: T | undefined): void {
  if (name in Object.prototype) {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else target[name] = value as T;
}

export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  // The prototype of another realm's plain objects is not ours, but it too has no prototype and has hasOwnProperty.
  return prototype === null || prototype === Object.prototype || isRootPrototype(prototype as object);
}

const isRootPrototype = (object: object): boolean =>
  Object.getPrototypeOf(object) === null && Object.hasOwn(object, 'hasOwnProperty');

function whole<T extends Json>(encoded: T): T {
  return Object.defineProperty(encoded, wholeKey, { value: true });
}

function spendText(text: string, budget: Budget): string {
  if (text.length <= maxQuickText && text.length <= budget.bytes && isPlainAscii(text)) {
    budget.bytes -= text.length + 2;
    return text;
  }
  const fitting = cutText(text, Math.max(0, Math.min(budget.bytes, maxTextBytes)));
  budget.bytes -= jsonBytes(fitting) + 2;
  return fitting;
}

function numberLength(value: number): number {
  if ((value | 0) !== value || value < 0) return String(value).length;
  let length = 1;
  for (let rest = value; rest >= 10; rest /= 10) length++;
  return length;
}

// Digits of huge numbers take quadratic time: beyond some 300 digits only the size is said.
const bigintText = (value: bigint): string =>
  BigInt.asIntN(1024, value) === value ? value.toString() : '[bigint of more than 1024 bits]';

const tagOf = (object: object): string => Object.prototype.toString.call(object).slice(8, -1);

const nameOf = (value: object): string => {
  try {
    return cutText(String((value as { name?: unknown }).name || 'anonymous'), maxNameBytes);
  } catch {
    return 'anonymous';
  }
};

const reasonOf = (cause: unknown): string => {
  try {
    return cutText(String((cause as { message?: unknown })?.message ?? cause), maxNameBytes);
  } catch {
    return 'unknown';
  }
};
