import { element } from './element.js';

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The value as indented JSON, its parts told apart by colour; with an indent of 0, on one line.
 * @param {unknown} value
 */
export function prettyJson(value, indent = 2) {
  const json = JSON.stringify(value, null, indent) ?? 'undefined';
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
