/**
 * `npm run faults -- chronos` kills (SIGKILL), stops (SIGSTOP) and cuts off a master, three agents and Chronos by a seeded
 * schedule, and checks what is left; `marathon` does so with Marathon. `--seed 7` plays one seed, `--seeds 5` the first five,
 * `--seconds 120` is how long each has faults.
 */

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const FRAMEWORKS = ['chronos', 'marathon'];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const number = { type: 'string' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: number, seeds: number, seconds: { ...number, default: '60' } },
});
const [framework] = positionals;
if (positionals.length !== 1 || !FRAMEWORKS.includes(framework)) {
  process.stderr.write(`npm run faults -- ${FRAMEWORKS.join('|')} [--seed N | --seeds N] [--seconds N]\n`);
  process.exit(2);
}
const env = { ...process.env };
for (const [name, value] of Object.entries(values)) {
  if (!/^\d+$/.test(value)) {
    process.stderr.write(`--${name} takes a whole number, not "${value}"\n`);
    process.exit(2);
  }
  env[`FAULTS_${name.toUpperCase()}`] = value;
}
spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const which = ['--testPathPatterns', `test/e2e/faults-${framework}`];
const run = spawnSync(process.execPath, [jest, '--selectProjects', 'e2e', '--runInBand', ...which], {
  cwd: root,
  env,
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
