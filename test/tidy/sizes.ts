/**
 * How long things may be.
 */

import ts from 'typescript';
import { at, isGenerated, type Source, visit } from './tree';

const FILE_LINES_MAX = 700;
const FUNCTION_LINES_MAX = 70;
const LINE_MAX = 110;
/** Sentences of comments are not broken up by the formatter. */
const COMMENT_LINE_MAX = 128;

export function longFiles(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path, lines }) => !isGenerated(path) && lines.length > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path}:1 has ${lines.length} lines`);
}

export function longFunctions(source: Source): string[] {
  const found: string[] = [];
  visit(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const lineOf = (position: number): number => source.tree.getLineAndCharacterOfPosition(position).line;
    const lines = lineOf(node.getEnd()) - lineOf(node.getStart(source.tree)) + 1;
    if (lines > FUNCTION_LINES_MAX) found.push(at(source, node, `a function of ${lines} lines`));
  });
  return found;
}

/** Lines that are too long although no long text stands in them: that is not broken up. */
export function longLines(source: Source): string[] {
  const excused = linesWithText(source);
  const limit = (line: string): number => (/^\s*(\/\*\*|\*|\/\/)/.test(line) ? COMMENT_LINE_MAX : LINE_MAX);
  return source.lines.flatMap((line, index) =>
    line.length > limit(line) && !excused.has(index)
      ? [`${source.path}:${index + 1} has ${line.length} characters`]
      : [],
  );
}

function linesWithText(source: Source): Set<number> {
  const lines = new Set<number>();
  visit(source, (node) => {
    const text =
      ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isRegularExpressionLiteral(node);
    if (!text) return;
    const start = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line;
    const end = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = start; line <= end; line++) lines.add(line);
  });
  return lines;
}
