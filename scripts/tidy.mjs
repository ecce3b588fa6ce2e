/**
 * Runs a program of test/tidy: it is bundled first, since Node does not read TypeScript everywhere.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from './stages.mjs';

/** Runs it with the given arguments and passes on its exit status. */
export function runTidy(file, args = []) {
  // Two folders deep, as the sources are: they find the root from their own place.
  const outfile = join(root, '.cache', 'tidy', file.replace(/\.ts$/, '.cjs'));
  buildSync({
    entryPoints: [join(root, 'test', 'tidy', file)],
    outfile,
    bundle: true,
    platform: 'node',
    external: ['typescript'],
    logLevel: 'error',
  });
  const { status } = spawnSync(process.execPath, [outfile, ...args], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
