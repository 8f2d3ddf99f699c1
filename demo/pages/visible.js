// Text that cannot deceive: what turns or hides text is shown as an escape. Markup is not its matter; element.js is.

// Controls, line separators, and what Unicode calls ignorable: bidi marks, overrides and isolates, zero-width spaces,
// fillers, tags. Left as they are: tab and line breaks, variation selectors (how a sign looks), and a joiner after a
// letter, mark or sign of other scripts than Latin, as Persian, Hindi and emoji are written with.
// https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
const invisible =
  /(?![\ufe00-\ufe0f\t\n\r]|(?<=[\p{M}\p{So}\p{Sk}]|(?!\p{Script=Latin})\p{L})[\u200c\u200d])[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

// U+2800 is a Braille cell without a dot.
const blank = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** `\u202e` in place of the character, also inside of JSON, which stays the same JSON. */
export const visible = (text) => text.replace(invisible, (character) => character.split('').map(escaped).join(''));

const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Whether nothing of the text is to be seen. */
export const isBlank = (text) => blank.test(text);
