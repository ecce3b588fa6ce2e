/** Starts that stand beside those of an agent: plain children of a small Node program, of a shell, and of runc alone. */

import { spawn, spawnSync } from 'node:child_process';

/** Seconds to start and to end children. */
export interface Beside {
  readonly started: number;
  readonly ended: number;
}

const NODE_PROGRAM = `
const { spawn } = require('node:child_process');
const count = Number(process.argv[1]);
const began = process.hrtime.bigint();
const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;
let [spawned, exited] = [0, 0];
let killed;
const children = Array.from({ length: count }, () =>
  spawn('/bin/sh', ['-c', 'exec sleep 1000'], { stdio: 'ignore', detached: true })
    .on('spawn', () => { if (++spawned === count) kill(); })
    .on('exit', () => { if (++exited === count) console.log(seconds(killed)); }));
function kill() {
  console.log(seconds(began));
  killed = process.hrtime.bigint();
  for (const child of children) child.kill();
}`;

const SHELL_PROGRAM = `
for i in $(seq $0); do sh -c 'exec sleep 1000' & done
date +%s.%N
kill $(jobs -p); wait
`;

/** Children of a Node program of a few lines. */
export function nodeChildren(count: number): Beside {
  const { stdout } = spawnSync(process.execPath, ['-e', NODE_PROGRAM, String(count)], { encoding: 'utf8' });
  const [started = 0, ended = 0] = stdout.trim().split('\n').map(Number);
  return { started, ended };
}

/** Children of a loop of a shell. */
export function shellChildren(count: number): Beside {
  const began = Date.now() / 1000;
  const { stdout } = spawnSync('bash', ['-c', SHELL_PROGRAM, String(count)], { encoding: 'utf8' });
  const started = Number(stdout.trim());
  return { started: started - began, ended: Date.now() / 1000 - started };
}

/** True where the program is in PATH. */
export function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Runs a program and resolves when it has ended well. Rejects with what it printed. */
export function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program}: ${text.trim()}`))));
  });
}
