/**
 * `npm run sim -- --seed 4711` plays one seed again; `--seeds 500` plays more of them than the tests do.
 * `--planted` plants known bugs and shows how many seeds find each (test/sim/planted/bugs.ts).
 */

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, planted: { type: 'boolean' } },
});
for (const [name, value] of Object.entries(values)) {
  if (name !== 'planted' && !/^\d+$/.test(value)) {
    process.stderr.write(`--${name} takes a whole number, not "${value}"\n`);
    process.exit(2);
  }
}
const env = { ...process.env };
if (values.seed !== undefined) env.SIM_SEED = values.seed;
if (values.seeds !== undefined) env.SIM_SEEDS = values.seeds;
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const which = values.planted ? ['--testPathPatterns', 'test/sim/planted'] : [];
if (values.planted) env.SIM_PLANTED = '1';
const run = spawnSync(process.execPath, [jest, '--selectProjects', 'sim', ...which], {
  cwd: root,
  env,
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
