/**
 * Everything: setup, format, types, lint, build, then every test. The last line is `N passed, M failed, K skipped`, where a
 * stage counts as one test.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkSources, jestStage, root, stage } from './stages.mjs';

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
  add(await jestStage('fast and simulated tests', ['--selectProjects', 'fast', 'sim', '--silent']));
  // End-to-end tests start whole clusters: one at a time, or they take each other's processor time.
  add(await jestStage('end-to-end tests', ['--selectProjects', 'e2e', '--runInBand', '--silent']));
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
