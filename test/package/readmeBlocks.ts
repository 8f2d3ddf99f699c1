// The code blocks of README.md, with what a comment before a block declares for it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packed.js';

export interface Block {
  /** What stands after the opening fence: `ts`. */
  readonly language: string;
  readonly text: string;
  /** The line of README.md on which the text begins. */
  readonly line: number;
  /**
   * TypeScript that the reader need not see: names that the block takes for granted.
   * `<!-- given: declare function charge(order: Order): Promise<void> -->` on the line before the fence.
   */
  readonly given: string;
}

export function readmeBlocks(): Block[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const pattern =
    /(?:<!-- given:((?:(?!-->)[\s\S])*)-->\s*\n)?^[ \t]*(```+|~~~+)([^\n]*)\n([\s\S]*?)^[ \t]*\2[ \t]*$/gm;
  return [...readme.matchAll(pattern)].map((match) => {
    const [whole, given = '', _fence, language = '', text = ''] = match;
    const before = readme.slice(0, match.index) + whole.slice(0, whole.lastIndexOf(text));
    return { language: language.trim(), text, given, line: before.split('\n').length };
  });
}

/** The inline scripts of an HTML text, and the addresses of the others. */
export function scriptsOf(html: string): { inline: { text: string; module: boolean }[]; addresses: string[] } {
  const inline: { text: string; module: boolean }[] = [];
  const addresses: string[] = [];
  for (const [, attributes = '', text = ''] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
    const address = /\bsrc="([^"]*)"/.exec(attributes)?.[1];
    if (address !== undefined) addresses.push(address);
    else inline.push({ text, module: /type="module"/.test(attributes) });
  }
  return { inline, addresses };
}
