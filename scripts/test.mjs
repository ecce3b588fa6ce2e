/**
 * Everything: setup, format, types, lint, build, then every test. The last line is `N passed, M failed, K skipped`, where a
 * stage counts as one test.
 */

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { checkSources, jestStage, root, stage } from './stages.mjs';

/** A worker takes up to 700 MB. */
const WORKERS_MAX = 4;
/** Jest leaves a core idle by itself, and on two cores runs everything in one process. */
const ALL_CORES = `--maxWorkers=${Math.min(availableParallelism(), WORKERS_MAX)}`;

const total = { passed: 0, failed: 0, skipped: [] };

const setup = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs'), '--tests'], {
  stdio: ['ignore', 2, 2],
});
if (setup.status === 0) await testAll();
else total.failed += 1;

for (const name of total.skipped) process.stdout.write(`skipped: ${name}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function testAll() {
  for (const { passed } of await checkSources()) count(passed);
  count((await stage('build', 'build.mjs', [])).passed);
  add(
    await jestStage('fast and simulated tests', ['--selectProjects', 'fast', 'sim', '--silent', ALL_CORES]),
  );
  // End-to-end tests wait more than they compute; more than two clusters at a time take each other's processor time.
  add(await jestStage('end-to-end tests', ['--selectProjects', 'e2e', '--maxWorkers=2', '--silent']));
}

function count(passed) {
  if (passed) total.passed += 1;
  else total.failed += 1;
}

function add({ passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped.push(...skipped);
}
