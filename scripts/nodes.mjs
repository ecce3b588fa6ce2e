/**
 * `npm run nodes` runs the whole suite on the other supported Nodes, 22 and 24; `npm run nodes -- 24 fast` one of them, or a
 * part. The programs are packages of test/third-party.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from './stages.mjs';

const SUPPORTED = ['22', '24'];
const PROJECTS = ['fast', 'sim', 'e2e'];

const words = process.argv.slice(2);
const wrong = words.filter((word) => !SUPPORTED.includes(word) && !PROJECTS.includes(word));
if (wrong.length > 0) {
  process.stderr.write(`"${wrong[0]}" is none of ${[...SUPPORTED, ...PROJECTS].join(', ')}\n`);
  process.exit(2);
}
const chosen = (known) =>
  known.some((word) => words.includes(word)) ? known.filter((word) => words.includes(word)) : known;

run(process.execPath, [join(root, 'scripts', 'setup.mjs'), '--tests']);
run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
for (const version of chosen(SUPPORTED)) test(version, chosen(PROJECTS));

function test(version, projects) {
  const node = join(root, 'test', 'third-party', 'node_modules', `node${version}`, 'bin', 'node');
  if (!existsSync(node)) {
    process.stderr.write(`Node ${version} is not there: its package is for Linux on x64 only\n`);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`Node ${version}\n`);
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const parallel = projects.filter((project) => project !== 'e2e');
  if (parallel.length > 0) run(node, [jest, '--selectProjects', ...parallel, '--silent'], env);
  if (projects.includes('e2e')) run(node, [jest, '--selectProjects', 'e2e', '--runInBand', '--silent'], env);
}

function run(program, args, env = process.env) {
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exitCode = 1;
}
