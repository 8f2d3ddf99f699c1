// One line: what it says and who was there, in a row that opens to its full JSON. Everything is put in as text.
import { element } from './element.js';
import { jsonText, prettyJson } from './prettyJson.js';
import { isBlank, visible } from './visible.js';

const maxFactLength = 80;

/** @param {any} line */
export function lineItem(line) {
  const details = element('details', {}, summaryOf(line));
  details.addEventListener('toggle', () => details.append(prettyJson(line)), { once: true });
  return element('li', {}, details);
}

const summaryOf = (line) =>
  element(
    'summary',
    {},
    element('time', { dateTime: line.dt, title: visible(line.dt) }, timeOf(line.dt)),
    element(`span.level.${line.level}`, {}, line.level),
    // <bdi>: text that turns its direction turns only itself.
    element('span.message', {}, element('bdi', {}, isBlank(line.message) ? '(no message)' : visible(line.message))),
    element(
      'span.facts',
      {},
      // The space between is for those who hear it.
      ...factsOf(line).flatMap(([name, text]) => [
        element('span', {}, element('bdi', {}, visible(name)), ' ', element('bdi', {}, visible(text))),
        ' ',
      ]),
    ),
  );

/** In the reader's time zone; with the day unless it is today, and with the year unless it is this one. */
function timeOf(dt) {
  const date = new Date(dt);
  const pad = (number, length) => String(number).padStart(length, '0');
  const time = `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`;
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return time;
  const day = `${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)} ${time}`;
  return date.getFullYear() === now.getFullYear() ? day : `${pad(date.getFullYear(), 4)}-${day}`;
}

/** The first things one wants to know: where it was logged, by whom, during what, and what went wrong. */
function factsOf({ logger, context, event }) {
  const { user, http, custom } = isObject(context) ? context : {};
  const facts = [];
  if (logger) facts.push(['in', short(logger)]);
  if (isObject(user)) facts.push(['user', short(user.name ?? user.id ?? user)]);
  if (isObject(http)) facts.push(['request', `${short(http.method)} ${short(http.path)}`]);
  if (isObject(custom)) for (const [name, value] of Object.entries(custom)) facts.push([short(name), short(value)]);
  if (isObject(event?.error)) facts.push(['error', short(event.error.name)]);
  if (isObject(event?.custom))
    for (const [name, value] of Object.entries(event.custom)) facts.push([short(name), short(value)]);
  return facts.slice(0, 8);
}

const isObject = (value) => typeof value === 'object' && value !== null;

/** `{ id: 123, count: 2 }` as `id 123, count 2`. */
function short(value) {
  const text =
    isObject(value) && !Array.isArray(value)
      ? Object.entries(value)
          .map(([name, inner]) => `${name} ${isObject(inner) ? jsonText(inner) : inner}`)
          .join(', ')
      : typeof value === 'string'
        ? value
        : jsonText(value);
  return text.length > maxFactLength ? `${text.slice(0, maxFactLength)}…` : text;
}
