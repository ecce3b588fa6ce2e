/**
 * `npm run measure` prints how far words and rooms are from their aims; `npm run measure -- --all` names every offender.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from './stages.mjs';

// Two folders deep, as the sources are: they find the root from their own place.
const outfile = join(root, '.cache', 'measure', 'measure.cjs');
buildSync({
  entryPoints: [join(root, 'test', 'tidy', 'measure.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  external: ['typescript'],
  logLevel: 'error',
});
const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
