// How fields merge: plain objects at every depth, everything else replaces, `undefined` removes. Works on encoded
// fields; never changes what it is given.
import { isWhole, type Json, setOwn } from './encode.js';

/** Encoded fields. In a scope's own fields `undefined` stands for "removed", until they are laid over a base. */
export type EncodedFields = { readonly [name: string]: Json | undefined };

export const noFields: EncodedFields = Object.freeze({});

type Mutable = { [name: string]: Json | undefined };

/**
 * Plain objects that stand where something else stood before: they replace what a base has there, and merge with
 * what is laid over them. Without this mark `{ user: undefined }` and then `{ user: { id } }` would let a base's user
 * shine through.
 */
const replacing = new WeakSet<object>();

/** over laid on under, keeping removals, so that the result can itself be laid over a base. */
export function composeFields(under: EncodedFields, over: EncodedFields): EncodedFields {
  if (under === noFields) return over;
  const result: Mutable = { ...under };
  for (const name of Object.keys(over)) {
    const value = over[name];
    if (!isMergeable(value) || !Object.hasOwn(under, name)) {
      setOwn(result, name, value);
      continue;
    }
    const below = under[name];
    const merged = composeFields(isMergeable(below) ? below : {}, value);
    if (!isMergeable(below) || replacing.has(below)) replacing.add(merged);
    setOwn(result, name, merged);
  }
  return result;
}

/** over laid on under, removals carried out. */
export function collapseFields(under: EncodedFields, over: EncodedFields): EncodedFields {
  const result: Mutable = { ...under };
  for (const name of Object.keys(over)) {
    const value = over[name];
    if (value === undefined) {
      delete result[name];
    } else if (isMergeable(value)) {
      const below = Object.hasOwn(under, name) && !replacing.has(value) ? under[name] : undefined;
      setOwn(result, name, collapseFields(isMergeable(below) ? below : {}, value));
    } else setOwn(result, name, value);
  }
  return result;
}

/** Freezes encoded fields at every depth: only what an application gets to see needs it. */
export function freezeFields<T extends Json | undefined>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeFields(inner as Json);
  }
  return value;
}

const isMergeable = (value: Json | undefined): value is EncodedFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isWhole(value);
