// Shows on the page what was just logged, so that one sees what a line carries without leaving the shop.
import { element } from './element.js';
import { prettyJson } from './prettyJson.js';
import { visible } from './visible.js';

const keptEntries = 12;
const list = document.getElementById('logged');
const counts = document.getElementById('counts');

/** @param {{ level: string, message: string | Error, context: object, event?: unknown }} logged */
export function showLogged({ level, message, context, event }, logger) {
  document.getElementById('logged-empty').hidden = true;
  const text = message instanceof Error ? `${message.name}: ${message.message}` : message;
  const shown = event instanceof Error ? { error: event.message } : event;
  list.prepend(
    element(
      'li',
      {},
      element('p', {}, element(`span.level.${level}`, {}, level), element('span', {}, visible(text))),
      prettyJson(shown === undefined ? { context } : { context, event: shown }, 0),
    ),
  );
  while (list.children.length > keptEntries) list.lastChild.remove();
  showCounts(logger);
  watchCounts(logger);
}

let watching;
/** The counts change when a body is acknowledged, which nothing tells: they are looked at while lines are on their way. */
function watchCounts(logger) {
  watching ??= setInterval(() => {
    showCounts(logger);
    if (logger.stats().buffered > 0) return;
    clearInterval(watching);
    watching = undefined;
  }, 250);
}

function showCounts(logger) {
  const { logged, delivered } = logger.stats();
  counts.textContent = `${logged} logged, ${delivered} delivered`;
}
