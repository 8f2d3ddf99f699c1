// A frame: what is current in a context, immutable, collapsed and turned into text once.
import { utf8Bytes } from './bytes.js';
import { encodeValue, type Json, markAllowance, setOwn } from './encode.js';
import { collapseFields, composeFields, type EncodedFields, noFields } from './merge.js';
import type { Collapsed } from './sharedContext.js';

/** The fields under every scope of a page, process or invocation: the one thing here that changes, by `set`. */
export interface Base {
  fields: EncodedFields;
}

export interface Frame {
  readonly base: Base;
  /** What the scopes themselves gave, removals kept. */
  readonly fields: EncodedFields;
  /** Filled when first asked for; old once `collapsedOver` is no longer what the base has. */
  collapsed?: Collapsed | undefined;
  collapsedOver?: EncodedFields | undefined;
}

export interface SizedText {
  readonly text: string;
  /** UTF-8 bytes. */
  readonly bytes: number;
}

/** What a logger lays under (its release) and over (`with`) the context. One object for a logger's life. */
export interface Layer {
  /** Shared by a logger and its children; filled when the options are known. */
  readonly root: { under: EncodedFields };
  readonly over: EncodedFields;
}

/** UTF-8 bytes of JSON that a line's context may take. */
export const maxContextBytes = 24_000;

export const createFrame = (base: Base): Frame => frameOver(base, noFields);

export const createBase = (fields: EncodedFields = noFields): Base => ({ fields });

/** Copies fields into their encoded form; what is not an object gives none. */
export const copyFields = (fields: unknown): EncodedFields => fieldsIn(fields) ?? noFields;

/** The same, but `undefined` for what is not an object. */
export function fieldsIn(fields: unknown): EncodedFields | undefined {
  const encoded = encodeValue(fields, { bytes: maxContextBytes });
  const isObject = typeof encoded === 'object' && encoded !== null && !Array.isArray(encoded);
  return isObject ? (encoded as EncodedFields) : undefined;
}

export const scoped = (frame: Frame, fields: EncodedFields): Frame =>
  frameOver(frame.base, composeFields(frame.fields, fields));

// All of one shape, for engines.
const frameOver = (base: Base, fields: EncodedFields): Frame => ({
  base,
  fields,
  collapsed: undefined,
  collapsedOver: undefined,
});

export function setBase(base: Base, fields: EncodedFields): void {
  base.fields = collapseFields(base.fields, fields);
}

/** The frame's fields over what its base has now. */
export function collapse(frame: Frame): Collapsed {
  const over = frame.base.fields;
  if (frame.collapsed && frame.collapsedOver === over) return frame.collapsed;
  const fields = collapseFields(over, frame.fields);
  frame.collapsedOver = over;
  frame.collapsed = { fields, layer: undefined, text: undefined, texts: undefined };
  return frame.collapsed;
}

/** The text of a line's `context` for a logger with this layer; empty when there is nothing to say. */
export function contextText(collapsed: Collapsed, layer: Layer): SizedText {
  if (collapsed.layer === layer) return collapsed.text as SizedText;
  const known = collapsed.texts?.get(layer);
  const sized = (known as SizedText | undefined) ?? sizedText(encodeContext(collapsed.fields, layer));
  if (!Object.isExtensible(collapsed)) return sized; // another version's, which keeps nothing
  if (!known && collapsed.layer) {
    collapsed.texts ??= new WeakMap([[collapsed.layer, collapsed.text]]);
    collapsed.texts.set(layer, sized);
  }
  collapsed.layer = layer;
  collapsed.text = sized;
  return sized;
}

const sizedText = (text: string): SizedText => ({ text, bytes: utf8Bytes(text) });

const nativeNames: ReadonlySet<string> = new Set(
  'user organization session http release system runtime page trace platform'.split(' '),
);

// Native names stand at context.<name>, all others at context.custom.<name>. '' for no context at all.
function encodeContext(fields: EncodedFields, layer: Layer): string {
  const all = collapseFields(collapseFields(layer.root.under, fields), layer.over);
  const context: { [name: string]: Json | undefined } = {};
  const custom: { [name: string]: Json | undefined } = {};
  for (const name of Object.keys(all)) setOwn(nativeNames.has(name) ? context : custom, name, all[name]);
  if (Object.keys(custom).length > 0) context.custom = custom;
  if (Object.keys(context).length === 0) return '';
  const text = JSON.stringify(context);
  // A character takes at most three bytes a UTF-16 unit: only then may it be over, and is cut like any value.
  if (text.length * 3 <= maxContextBytes) return text;
  return JSON.stringify(encodeValue(context, { bytes: maxContextBytes - markAllowance }));
}
