/**
 * The ratchet of mirrored tests: a file that decides has a test of the same path, or stands in a list that shrinks.
 *
 * A file below core/ or views/ is tested by the file of the same path below test/: `cluster/executor/core/step.ts`
 * by `test/cluster/executor/core/step.test.ts`. Generated files and files that hold types only decide nothing.
 */

import ts from 'typescript';
import { allPaths, isGenerated, isTest, type Source, sources } from './tree';
import { UNMIRRORED } from './unmirrored';

const LIST = 'test/tidy/unmirrored.ts';

/** Every file of a core or of views that has code of its own. */
export const decidingFiles: readonly string[] = sources.filter(isDeciding).map(({ path }) => path);

const tests: ReadonlySet<string> = new Set(allPaths.filter((path) => path.endsWith('.test.ts')));

export function isMirrored(path: string): boolean {
  return tests.has(mirrorOf(path));
}

function mirrorOf(path: string): string {
  return `test/${path.replace(/\.ts$/, '.test.ts')}`;
}

function isDeciding(source: Source): boolean {
  const { path } = source;
  if (isTest(path) || isGenerated(path) || path.startsWith('bench/')) return false;
  return /\/(core|views)\//.test(path) && hasCode(source);
}

function hasCode({ tree }: Source): boolean {
  return tree.statements.some(
    (node) =>
      ts.isFunctionDeclaration(node) ||
      ts.isVariableStatement(node) ||
      ts.isClassDeclaration(node) ||
      ts.isEnumDeclaration(node),
  );
}

/** Files that are neither mirrored nor listed, and lines of the list that have to go. */
export function ratchetOffenders(
  files: readonly string[] = decidingFiles,
  listed: readonly string[] = UNMIRRORED,
): string[] {
  const [deciding, lines] = [new Set(files), new Set(listed)];
  const untested = files
    .filter((path) => !isMirrored(path) && !lines.has(path))
    .map((path) => `${path} has no ${mirrorOf(path)}; if it only moved, change its line in ${LIST}`);
  const stale = listed.flatMap((path) => {
    if (!deciding.has(path)) return [`${path} is no file that decides: take it out of ${LIST}`];
    return isMirrored(path) ? [`${path} has a mirrored test: take it out of ${LIST}`] : [];
  });
  const double = listed.filter((path, index) => listed.indexOf(path) !== index);
  return [...untested, ...stale, ...double.map((path) => `${path} is listed twice in ${LIST}`)];
}
