/**
 * The things that core, views and model must not do: read a clock, draw a random number, wait, print, or keep a class.
 */

import ts from 'typescript';
import { at, type Source, visit } from './tree';

const GLOBALS = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'process',
  'performance',
  'fetch',
  'globalThis',
  'require',
]);

export function isPure(path: string): boolean {
  return path.startsWith('cluster/model/') || /^(?!test\/).*\/(core|views)\//.test(path);
}

/** What a pure file does that it must not. */
export function impurities(source: Source): string[] {
  const found: string[] = [];
  visit(source, (node) => {
    const what = impurity(node);
    if (what !== undefined) found.push(at(source, node, what));
  });
  return found;
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isAwaitExpression(node)) return 'await';
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isForOfStatement(node) && node.awaitModifier) return 'for await';
  if (ts.isClassDeclaration(node) && !isErrorClass(node)) return `class ${node.name?.text ?? ''}`;
  if (ts.isPropertyAccessExpression(node)) return clockOrChance(node);
  if (ts.isIdentifier(node) && GLOBALS.has(node.text) && isValue(node)) return node.text;
  const isDate = (called: ts.Expression): boolean => ts.isIdentifier(called) && called.text === 'Date';
  if (ts.isNewExpression(node) && isDate(node.expression) && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && isDate(node.expression)) return 'Date()';
  return undefined;
}

function clockOrChance(node: ts.PropertyAccessExpression): string | undefined {
  const text = node.getText();
  return ['Date.now', 'Math.random', 'crypto.randomUUID'].includes(text) ? text : undefined;
}

/** Whether a name is read as a variable, and is not the name of a member, a parameter or a key. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return ts.isExpression(parent) && !ts.isFunctionLike(parent);
}

/** Errors that are thrown past the step have to be classes. */
function isErrorClass(node: ts.ClassDeclaration): boolean {
  return (node.heritageClauses ?? []).some((clause) => /extends\s+\w*Error\b/.test(clause.getText()));
}
