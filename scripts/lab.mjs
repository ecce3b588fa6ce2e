/** `npm run lab -- COMMAND`: real hosts on this machine, see test/lab/README.md. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './stages.mjs';

const program = join(root, '.cache', 'lab.cjs');
await build({
  entryPoints: [join(root, 'test', 'lab', 'main.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
