/**
 * The small programs in C, which `npm run build` compiles where there is a C compiler.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of programs: beside this file, or in the build of its tree. */
const FOLDERS = [__dirname, join(__dirname, '..', '..', 'dist', 'cluster', 'runtime')];

/** The path of a program below `cluster/runtime`, such as `holder/holder`; undefined where it was not built. */
export function builtProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
