/**
 * Measures of the language of this code base: comments, names, README lines, type names, rooms, the files that
 * texts name and the tests that mirror a core.
 */

import { dirname } from 'node:path';
import ts from 'typescript';
import { decidingFiles, isMirrored } from './mirrored';
import { allPaths, at, isGenerated, isTest, readText, type Source, sources, visit } from './tree';

const RELATIVE = /^\/\*\*[\s*]*(What|Who|Whom|Whose|Whether|How|Where|When|Which)\b/;
const WEAK_NAMES: ReadonlySet<string> = new Set(
  'given known one found made own at taken kept said asked meant'.split(' '),
);
const README_LINE_MAX = 120;

const product = sources.filter(
  ({ path }) => !isTest(path) && !isGenerated(path) && !path.startsWith('bench/'),
);
const readmes = allPaths.filter((path) => path.endsWith('README.md'));

interface Share {
  readonly of: number;
  readonly offenders: readonly string[];
}

interface Measure {
  readonly name: string;
  /** The largest share of offenders that tidy lets through. */
  readonly mostPercent: number;
  /** A goal that is printed and not held yet. */
  readonly isGoal?: boolean;
  readonly measure: () => Share;
}

/** Everything that is measured, and the aim that `test/tidy.test.ts` holds. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'doc comments that begin with a relative pronoun',
    mostPercent: 3,
    measure: relativeComments,
  },
  { name: 'locals and parameters without a noun', mostPercent: 1.5, measure: weakNames },
  { name: 'README lines over 120 characters', mostPercent: 0, measure: longReadmeLines },
  { name: 'type names with several meanings in a component', mostPercent: 0, measure: ambiguousTypes },
  { name: 'rooms of a core that import each other', mostPercent: 0, measure: mutualRooms },
  { name: 'files that their README does not name', mostPercent: 0, measure: unnamedFiles },
  { name: 'declarations and literals packed into one line', mostPercent: 0, measure: packedLines },
  {
    name: 'files of cores and views without a mirrored test',
    mostPercent: 40,
    isGoal: true,
    measure: unmirroredFiles,
  },
];

/** Doc comments that begin with a relative pronoun, of all doc comments. */
function relativeComments(): Share {
  const comments = product.flatMap(({ path, text }) =>
    [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map((match) => ({
      place: `${path}:${lineAt(text, match.index)}`,
      text: match[0],
    })),
  );
  const offenders = comments.filter((comment) => RELATIVE.test(comment.text));
  return { of: comments.length, offenders: offenders.map(({ place }) => place) };
}

/** Locals and parameters whose name says nothing, of all of them. */
function weakNames(): Share {
  const names = product.flatMap(localNames);
  return {
    of: names.length,
    offenders: names.filter(({ name }) => WEAK_NAMES.has(name)).map(({ place }) => place),
  };
}

function localNames(source: Source): { readonly name: string; readonly place: string }[] {
  const names: { name: string; place: string }[] = [];
  visit(source, (node) => {
    const isLocal = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if (!isLocal || !ts.isIdentifier(node.name)) return;
    const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree));
    names.push({ name: node.name.text, place: `${source.path}:${line + 1} ${node.name.text}` });
  });
  return names;
}

/** Lines of READMEs, outside tables and code, that are too long. */
function longReadmeLines(): Share {
  const lines = readmes.flatMap((path) => proseOf(readText(path)).map((line) => ({ path, ...line })));
  const long = lines.filter(({ text }) => text.length > README_LINE_MAX);
  return { of: lines.length, offenders: long.map(({ path, number }) => `${path}:${number}`) };
}

function proseOf(text: string): { readonly text: string; readonly number: number }[] {
  let inCode = false;
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) inCode = !inCode;
    return inCode || line.startsWith('|') || line.trim() === '' ? [] : [{ text: line, number: index + 1 }];
  });
}

/** Lines that were packed to pass a limit: pairs in one destructuring, literals spread into another literal. */
function packedLines(): Share {
  let statements = 0;
  const offenders: string[] = [];
  for (const source of product) {
    visit(source, (node) => {
      if (ts.isVariableDeclaration(node) || ts.isSpreadAssignment(node)) statements += 1;
      if (isPackedPair(node)) offenders.push(at(source, node, 'declares several variables at once'));
      if (ts.isSpreadAssignment(node) && ts.isObjectLiteralExpression(node.expression))
        offenders.push(at(source, node, 'spreads a literal'));
    });
  }
  return { of: statements, offenders };
}

/** `const [a, b] = [c, d]`; an exchange of values is an assignment, not a declaration. */
function isPackedPair(node: ts.Node): boolean {
  if (!ts.isVariableDeclaration(node) || !ts.isArrayBindingPattern(node.name)) return false;
  const values = node.initializer;
  if (values === undefined || !ts.isArrayLiteralExpression(values)) return false;
  return values.elements.length === node.name.elements.length && !values.elements.some(ts.isSpreadElement);
}

/** Exported type names with several meanings in one component, such as `Place`. */
function ambiguousTypes(): Share {
  const meanings = new Map<string, string[]>();
  for (const source of product) {
    for (const name of exportedTypes(source)) {
      const key = `${componentOf(source.path)} ${name}`;
      meanings.set(key, [...(meanings.get(key) ?? []), source.path]);
    }
  }
  const several = [...meanings].filter(([, paths]) => paths.length > 1);
  return { of: meanings.size, offenders: several.map(([key, paths]) => `${key}: ${paths.join(', ')}`) };
}

function exportedTypes({ tree }: Source): string[] {
  return tree.statements.flatMap((node) => {
    if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node) && !ts.isClassDeclaration(node))
      return [];
    const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    return isExported && node.name ? [node.name.text] : [];
  });
}

/** Pairs of rooms of one core that import each other: folders, and the files that stand flat as one room. */
function mutualRooms(): Share {
  const arrows = new Set<string>();
  for (const { path, imports } of product) {
    const core = /^(.*\/core)\//.exec(path)?.[1];
    if (core === undefined) continue;
    for (const { target, local } of imports) {
      if (local && target.startsWith(`${core}/`) && dirname(target) !== dirname(path))
        arrows.add(`${dirname(path)} ${dirname(target)}`);
    }
  }
  const mutual = [...arrows].filter((arrow) => {
    const [from = '', to = ''] = arrow.split(' ');
    return from < to && arrows.has(`${to} ${from}`);
  });
  return { of: arrows.size, offenders: mutual };
}

/** Files of components that their README does not name. */
function unnamedFiles(): Share {
  const files = product.filter(({ path }) => /\/(api|core|views|edge|packet)\//.test(path));
  const unnamed = files.filter(({ path }) => {
    const component = path.replace(/\/(api|core|views|edge|packet)\/.*$/, '');
    const readme = `${component}/README.md`;
    if (!allPaths.includes(readme)) return true;
    const text = readText(readme);
    const [file = '', folder = ''] = path
      .slice(component.length + 1)
      .split('/')
      .reverse();
    return !text.includes(file) && !text.includes(`${folder}/\``);
  });
  return { of: files.length, offenders: unnamed.map(({ path }) => path) };
}

/** Files that decide and have no test of the same path. */
function unmirroredFiles(): Share {
  return { of: decidingFiles.length, offenders: decidingFiles.filter((path) => !isMirrored(path)) };
}

function componentOf(path: string): string {
  return path.replace(/\/(api|core|views|edge|packet)\/.*$/, '').replace(/\/[^/]+\.ts$/, '');
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
