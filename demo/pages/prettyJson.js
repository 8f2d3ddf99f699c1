// JSON as it is shown: indented and coloured, with nothing hidden in it, whatever its depth.
import { element } from './element.js';
import { visible } from './visible.js';

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The value as indented JSON, its parts told apart by colour; with an indent of 0, or nested too deeply to be indented,
 * on one line.
 * @param {unknown} value
 */
export function prettyJson(value, indent = 2) {
  const json = visible(jsonText(value, indent));
  const made = element('pre.json');
  let end = 0;
  for (const match of json.matchAll(tokens)) {
    const [text, string, colon] = match;
    made.append(json.slice(end, match.index));
    const kind = colon ? 'name' : string ? 'string' : 'other';
    made.append(element(`span.${kind}`, {}, text));
    end = match.index + text.length;
  }
  made.append(json.slice(end));
  return made;
}

/** The value's JSON, as it is: never throws for depth. */
export function jsonText(value, indent = 0) {
  try {
    return JSON.stringify(value, null, indent) ?? 'undefined';
  } catch (error) {
    // JSON.stringify calls itself for each level, and indents each level more.
    if (!(error instanceof RangeError)) throw error;
    return flatJson(value);
  }
}

function flatJson(value) {
  let json = '';
  /** What is still to be written, the next at the end: values, and text as it is. */
  const rest = [{ value }];
  while (rest.length > 0) {
    const { text, value } = rest.pop();
    if (text !== undefined || typeof value !== 'object' || value === null) {
      json += text ?? JSON.stringify(value);
      continue;
    }
    const isArray = Array.isArray(value);
    json += isArray ? '[' : '{';
    rest.push({ text: isArray ? ']' : '}' });
    const entries = Object.entries(value);
    for (let index = entries.length - 1; index >= 0; index--) {
      const [name, inner] = entries[index];
      rest.push({ value: inner }, { text: `${index > 0 ? ',' : ''}${isArray ? '' : `${JSON.stringify(name)}:`}` });
    }
  }
  return json;
}
