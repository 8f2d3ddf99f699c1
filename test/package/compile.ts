// The TypeScript compiler over files that exist only in the test.
import { existsSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import ts from 'typescript';

const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;

export const bundler: ts.CompilerOptions = {
  module: ModuleKind.ESNext,
  moduleResolution: ModuleResolutionKind.Bundler,
};
export const node16: ts.CompilerOptions = { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 };

/** The names that TypeScript gives its own library files. */
export const libs = (...names: string[]) => names.map((name) => `lib.${name}.d.ts`);

export interface Compilation {
  /** Where the files would be. */
  folder: string;
  /** Their texts, by name. */
  files: { [name: string]: string };
  options: ts.CompilerOptions;
  references?: readonly ts.ProjectReference[];
  /** Files on disk that belong to the program too. */
  alsoFiles?: readonly string[];
}

/** What the compiler says against files, each as `name:line message`. */
export function compile(compilation: Compilation): string[] {
  return ts.getPreEmitDiagnostics(programOf(compilation)).map((diagnostic) => tell(diagnostic, compilation.folder));
}

/** The names, types too, that a module exports to an application in folder. */
export function exportsOf(folder: string, specifier: string, options: ts.CompilerOptions): string[] {
  const files = { 'exports.mts': `import * as all from '${specifier}';\nexport { all };\n` };
  const program = programOf({ folder, files, options });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(asPath(join(folder, 'exports.mts')))!;
  const imported = (file.statements[0] as ts.ImportDeclaration).moduleSpecifier;
  const module = checker.getSymbolAtLocation(imported);
  return module ? checker.getExportsOfModule(module).map((symbol) => symbol.name) : [];
}

function programOf({ folder, files, options, references, alsoFiles = [] }: Compilation): ts.Program {
  const texts = new Map(Object.entries(files).map(([name, text]) => [asPath(join(folder, name)), text]));
  const complete: ts.CompilerOptions = {
    ...{
      strict: true,
      noEmit: true,
      target: ScriptTarget.ES2022,
      skipLibCheck: false,
      skipDefaultLibCheck: true,
      types: [],
    },
    ...options,
  };
  const host = ts.createCompilerHost(complete);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(asPath(path)) || fileExists(path);
  host.readFile = (path) => texts.get(asPath(path)) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = texts.get(asPath(path));
    if (text !== undefined) return ts.createSourceFile(path, text, target);
    return libraryFile(path, () => getSourceFile(path, target, ...rest));
  };
  host.getCurrentDirectory = () => folder;
  return ts.createProgram({
    rootNames: [...alsoFiles, ...texts.keys()],
    options: complete,
    host,
    ...(references ? { projectReferences: references } : {}),
  });
}

/** The settings and files of a tsconfig.json on disk. */
export function readProject(path: string): ts.ParsedCommandLine {
  if (!existsSync(path)) throw new Error(`There is no ${path}.`);
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (d: ts.Diagnostic) => fail(tell(d, '')) };
  return ts.getParsedCommandLineOfConfigFile(path, {}, host) ?? fail(`${path} cannot be read.`);
}

/** Identifiers and imported modules of a JavaScript text; comments and strings do not count. */
export function namesIn(text: string): { identifiers: Set<string>; imports: Set<string> } {
  const identifiers = new Set<string>();
  const imports = new Set(ts.preProcessFile(text).importedFiles.map((file) => file.fileName));
  const look = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) identifiers.add(node.text);
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile('file.js', text, ScriptTarget.ESNext));
  return { identifiers, imports };
}

// lib.dom.d.ts alone takes half a second to parse; every program of a test file shares it.
const libraryFiles = new Map<string, ts.SourceFile | undefined>();
function libraryFile(path: string, parse: () => ts.SourceFile | undefined): ts.SourceFile | undefined {
  if (!/^lib\..*\.d\.ts$/.test(basename(path))) return parse();
  if (!libraryFiles.has(path)) libraryFiles.set(path, parse());
  return libraryFiles.get(path);
}

function tell(diagnostic: ts.Diagnostic, folder: string): string {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
  if (!diagnostic.file) return message;
  const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  return `${asPath(relative(folder, diagnostic.file.fileName))}:${line + 1} ${message}`;
}

function fail(message: string): never {
  throw new Error(message);
}

const asPath = (path: string) => path.replaceAll('\\', '/');
