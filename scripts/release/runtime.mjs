/** The Node that a release carries. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Installs the packages of deploy/runtime where they are missing or old, and says what Node is among them. */
export function installRuntime(tools) {
  const folder = join(tools, 'node_modules', 'node');
  const wanted = JSON.parse(readFileSync(join(tools, 'package-lock.json'), 'utf8')).packages[
    'node_modules/node'
  ].version;
  if (installedVersion(folder) !== wanted) {
    const flags = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
    execFileSync('npm', flags, { cwd: tools, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const program = join(folder, 'bin', 'node');
  const sha256 = createHash('sha256').update(readFileSync(program)).digest('hex');
  return { folder, program, version: wanted, sha256 };
}

function installedVersion(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

export function copyRuntime({ program }, target) {
  copyFileSync(program, join(target, 'node'));
  chmodSync(join(target, 'node'), 0o755);
}
