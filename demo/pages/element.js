// How the pages make their elements: never from markup, so that nothing in a line is ever run.

/**
 * Makes an element. Children that are strings become text, never markup.
 * @param {string} tag `'p'`, or with classes `'p.dim'`
 * @param {Record<string, unknown>} properties set on the element
 * @param {(Node | string)[]} children
 */
export function element(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const made = document.createElement(name);
  made.classList.add(...classes);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}
