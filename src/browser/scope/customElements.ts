// Runs the reactions of custom elements in the context in which the element was defined: in none, if that was in none,
// also when code in a context inserts the element. Constructors are called by the code that makes the element.
import { replaceMethod } from './nativeLooks.js';
import type { Zones } from './zones.js';

/** https://html.spec.whatwg.org/multipage/custom-elements.html#dom-customelementregistry-define */
const reactions = [
  ...['connectedCallback', 'disconnectedCallback', 'connectedMoveCallback', 'adoptedCallback'],
  ...['attributeChangedCallback', 'formAssociatedCallback', 'formResetCallback', 'formDisabledCallback'],
  'formStateRestoreCallback',
];

export function trackCustomElements(zones: Zones): void {
  // zone.js has a `define` of its own on the page's registry, which knows fewer of them.
  replaceMethod(
    globalThis.customElements,
    'define',
    (native) =>
      ({
        define(this: unknown, ...args: [name?: unknown, element?: unknown, options?: unknown]) {
          const restore = bindReactions(zones, (args[1] as { prototype?: object } | undefined)?.prototype);
          try {
            return Reflect.apply(native, this, args);
          } finally {
            restore();
          }
        },
      }).define,
  );
}

/** The registry reads the reactions from the prototype, once: until the function returned is called it reads ours. */
function bindReactions(zones: Zones, prototype: object | undefined): () => void {
  const undo: (() => void)[] = [];
  const zone = zones.active() ?? zones.root;
  for (const name of typeof prototype === 'object' ? reactions : []) {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    const reaction = (prototype as { [name: string]: unknown })[name];
    if (typeof reaction !== 'function') continue;
    const value = zones.bind(zone, reaction as () => unknown);
    if (!Reflect.defineProperty(prototype!, name, { value, configurable: true, writable: true })) continue;
    undo.push(() => {
      if (own) Object.defineProperty(prototype, name, own);
      else Reflect.deleteProperty(prototype!, name);
    });
  }
  return () => {
    for (const step of undo) step();
  };
}
