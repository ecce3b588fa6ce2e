/**
 * What `check` and `test` share: programs run as stages, one line each, their output only when they failed.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const FORMAT = ['format', 'biome', 'check', '--error-on-warnings', '.'];
const TYPES = ['types', 'tsc', '--noEmit'];
const LINT = ['lint', 'eslint', '--max-warnings=0', '.'];

/** Format, types and lint side by side. Answers whether each passed, by name. */
export function checkSources() {
  return Promise.all([FORMAT, TYPES, LINT].map(([name, program, ...args]) => stage(name, program, args)));
}

/** Runs one stage and prints its line. Answers its name and whether it passed. */
export async function stage(name, program, args) {
  const started = Date.now();
  const { status, output } = await run(program, args);
  const passed = status === 0;
  print(name, passed, started);
  if (!passed) process.stdout.write(`${output.trimEnd()}\n`);
  return { name, passed };
}

/**
 * Runs jest and prints its line. Answers how many tests passed, failed and were skipped, and the names of the
 * skipped ones. A test file that cannot be loaded counts as one failed test, and so does a jest that dies.
 */
export async function jestStage(name, args) {
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'meseta-jest-'));
  const report = join(folder, 'report.json');
  try {
    const fixed = ['--passWithNoTests', '--json', `--outputFile=${report}`];
    const { status, output } = await run('jest', [...args, ...fixed]);
    const counts = readReport(report, status);
    print(`${name} (${counts.passed + counts.failed} tests)`, status === 0, started);
    if (status !== 0) process.stdout.write(`${output.trimEnd()}\n`);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path, status) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = tests.filter((test) => test.status === 'failed').length + unloadable.length;
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: tests.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName),
  };
}

/** Runs a program of this project, or Node with a script of it, and keeps what it prints. */
function run(program, args) {
  const script = program.endsWith('.mjs');
  const path = script ? join(root, 'scripts', program) : join(root, 'node_modules', '.bin', program);
  const [command, given] = script ? [process.execPath, [path, ...args]] : [path, args];
  return new Promise((done) => {
    const child = spawn(command, given, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => done({ status: 1, output: `${program} cannot be run: ${error.message}` }));
    child.on('close', (status) => done({ status: status ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

function print(name, passed, started) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${name}  ${seconds} s\n`);
}
