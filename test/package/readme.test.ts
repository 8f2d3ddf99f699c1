// Every code block of README.md is what it says it is: it compiles against the built package, or parses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { bundler, compile, libs } from './compile.js';
import { root } from './packed.js';
import { type Block, readmeBlocks, scriptsOf } from './readmeBlocks.js';

const blocks = readmeBlocks();
const inLanguage = (...languages: string[]) =>
  blocks.filter((block) => languages.includes(block.language)).map((block) => [block.line, block] as const);

// `text` is for what no program reads: drawings and output.
const known = ['ts', 'js', 'html', 'json', 'jsonc', 'sh', 'text'];

test('there is code, and each block says in which language', () => {
  expect(blocks.length).toBeGreaterThan(0);
  const unknown = blocks.filter(({ language }) => !known.includes(language));
  expect(unknown.map(({ language, line }) => `line ${line}: '${language}'`)).toEqual([]);
});

test.for(inLanguage('ts', 'js'))('line %i compiles', ([, block]) => {
  expect(errorsOf(block)).toEqual([]);
});

test.for(inLanguage('html'))('line %i has scripts that compile and only the package to load', ([, block]) => {
  const { inline, addresses } = scriptsOf(block.text);
  const errors = inline.flatMap((script) =>
    compile({
      folder: root,
      files: { 'readmeScript.js': script.text, 'readmeGiven.d.ts': block.given, 'readmeGlobals.ts': scriptGlobals },
      options: { ...pageOptions, ...looseJs, moduleDetection: detection(script.module) },
    }),
  );
  expect(errors).toEqual([]);
  expect(addresses.filter((address) => !existsSync(join(root, 'dist', address.split('/').at(-1)!)))).toEqual([]);
});

test.for(inLanguage('json'))('line %i is JSON', ([, block]) => {
  for (const text of oneOrMany(block.text)) expect(() => JSON.parse(text)).not.toThrow();
});

test.for(inLanguage('jsonc'))('line %i is JSON with comments', ([, block]) => {
  expect(ts.parseConfigFileTextToJson('block.jsonc', block.text).error).toBeUndefined();
});

test.for(inLanguage('sh'))('line %i runs scripts that exist', ([, block]) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = [...block.text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script]) => script!);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

const pageOptions: ts.CompilerOptions = {
  ...{ ...bundler, skipDefaultLibCheck: true, moduleDetection: ts.ModuleDetectionKind.Force },
  lib: libs('es2023', 'esnext.disposable', 'dom', 'dom.iterable'),
};
const workerOptions: ts.CompilerOptions = {
  ...{ ...pageOptions, lib: libs('es2023', 'esnext.disposable') },
  ...{ types: ['@cloudflare/workers-types'], customConditions: ['workerd'] },
};
const looseJs: ts.CompilerOptions = { allowJs: true, checkJs: true, noImplicitAny: false };

const detection = (module: boolean) => ts.ModuleDetectionKind[module ? 'Force' : 'Legacy'];

// A block need not repeat what the README has shown before: these names are as if imported or made above it.
const blockGlobals = `
  declare global {
    const logger: import('timberlog').Logger;
    const context: typeof import('timberlog').context;
    const createLogger: typeof import('timberlog').createLogger;
    const createContext: typeof import('timberlog').createContext;
  }`;
const scriptGlobals = "declare global { const timber: typeof import('timberlog/browser'); }\nexport {};";

/** A block that speaks of withTimber is for Workers, every other for pages. */
function errorsOf(block: Block): string[] {
  const forWorkers = block.text.includes('withTimber');
  const options = forWorkers ? workerOptions : pageOptions;
  return compile({
    folder: root,
    files: {
      [`readmeBlock.${block.language}`]: block.text,
      'readmeGiven.d.ts': block.given,
      'readmeGlobals.ts': forWorkers ? blockGlobals : `${blockGlobals}\n${scriptGlobals}`,
    },
    options: block.language === 'js' ? { ...options, ...looseJs } : options,
  });
}

/** One JSON text, or one a line, as bodies have them. */
function oneOrMany(text: string): string[] {
  const lines = text.trim().split('\n');
  return lines.length > 1 && lines.every((line) => /^\{.*\}$/.test(line)) ? lines : [text];
}
