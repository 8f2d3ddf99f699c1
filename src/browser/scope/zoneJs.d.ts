// zone.js without its patches of the page: rollup.config.mjs cuts the one function out of zone.js's bundle.
declare module 'zone.js/zone-impl' {
  /** Makes zone.js's `Zone` class with a root zone. Touches nothing else. */
  export function initZone(): import('./zones.js').ZoneClass;
}
