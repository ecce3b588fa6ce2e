/**
 * `npm run sim -- --seed 4711` plays one seed again; `--seeds 500` plays more of them than the tests do, on all cores.
 * `--only chronos` plays the simulations whose file has this word in its name.
 * `--planted` plants known bugs and shows how many seeds find each (test/sim/planted/bugs.ts).
 */

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    only: { type: 'string' },
    planted: { type: 'boolean' },
  },
});
for (const name of ['seed', 'seeds']) {
  if (values[name] !== undefined && !/^\d+$/.test(values[name])) {
    process.stderr.write(`--${name} takes a whole number, not "${values[name]}"\n`);
    process.exit(2);
  }
}
const env = { ...process.env };
if (values.seed !== undefined) env.SIM_SEED = values.seed;
if (values.seeds !== undefined) env.SIM_SEEDS = values.seeds;
if (values.planted) env.SIM_PLANTED = '1';
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const only = values.planted ? 'planted' : values.only;
const which = only === undefined ? [] : ['--testPathPatterns', `test/sim/${only}`];

/** Plays a share of the seeds; planted bugs are looked for in the first one. */
function play(share, shares) {
  const isFirst = share === 0;
  const rest = isFirst ? [] : ['--testPathIgnorePatterns', 'test/sim/planted'];
  const child = spawn(
    process.execPath,
    [jest, '--selectProjects', 'sim', '--runInBand', '--passWithNoTests', ...which, ...rest],
    { cwd: root, env: { ...env, SIM_SHARE: `${share}/${shares}` }, stdio: 'inherit' },
  );
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code ?? 1));
  });
}

const isLong = values.seeds !== undefined && values.seed === undefined && !values.planted;
const shares = isLong ? availableParallelism() : 1;
const codes = await Promise.all(Array.from({ length: shares }, (_none, share) => play(share, shares)));
process.exitCode = Math.max(...codes);
