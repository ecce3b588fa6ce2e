/**
 * The files of this project, read and parsed once for all rules.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

export const ROOT = join(__dirname, '..', '..');

/** Not ours, or made by a program. `.ci` is ours. */
const SKIPPED = /^(node_modules|dist|\.git|\.cache|\.meseta.*)$/;

export interface Import {
  /** The file it leads to, or the name of a package or `node:` module. */
  readonly target: string;
  readonly local: boolean;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Every file below the root, by its path from there, sorted. */
export const allPaths: readonly string[] = list(ROOT).sort();

/** Every TypeScript file, parsed. */
export const sources: readonly Source[] = allPaths.filter((path) => path.endsWith('.ts')).map(parse);

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function isGenerated(path: string): boolean {
  return path.includes('/generated/');
}

export function isTest(path: string): boolean {
  return path.startsWith('test/');
}

/** `file:line text`, the form of every offender. */
export function at({ path, tree }: Source, node: ts.Node, text: string): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1} ${text}`;
}

/** Visits every node of a file. */
export function visit(source: Source, look: (node: ts.Node) => void): void {
  const go = (node: ts.Node): void => {
    look(node);
    ts.forEachChild(node, go);
  };
  go(source.tree);
}

function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.test(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? list(path) : [relative(ROOT, path)];
  });
}

function parse(path: string): Source {
  const text = readText(path);
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const source = { path, text, lines: text.split('\n'), tree, imports: [] };
  return { ...source, imports: importsOf(source) };
}

function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  visit(source, (node) => {
    const name = specifier(node);
    if (name === undefined) return;
    const local = name.startsWith('.');
    found.push({
      target: local ? resolve(source.path, name) : name,
      local,
      typeOnly: isTypeOnly(node),
      line: source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1,
    });
  });
  return found;
}

/** What an import, a re-export, an `import()` or a `require()` names. */
function specifier(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : undefined;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const loads =
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require');
  return loads ? literal(node.arguments[0]) : undefined;
}

function literal(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteral(node) ? node.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node)) return false;
  const clause = node.importClause;
  if (!clause) return false;
  const named = clause.namedBindings;
  const onlyTypes =
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((element) => element.isTypeOnly);
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes;
}

function resolve(from: string, name: string): string {
  const path = join(dirname(from), name);
  return /\.[a-z]+$/.test(path) && allPaths.includes(path) ? path : `${path}.ts`;
}
