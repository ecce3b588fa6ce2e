/**
 * Programs in Go that use mesos-go (test/third-party/mesos-go), built with the versions of go.sum and run as processes
 * of their own. Without Go, or without its module proxy, there are none, and their tests are skipped.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';

const SOURCE = join(__dirname, '..', 'third-party', 'mesos-go');
const BUILD_MS = 180_000;

/** A program in a folder of its own, which the test removes; undefined when it cannot be built. */
export function buildGo(pack: string): { readonly folder: string; readonly binary: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-go-'));
  const binary = join(folder, 'program');
  const args = ['build', '-mod=readonly', '-o', binary, pack];
  if (spawnSync('go', args, { cwd: SOURCE, timeout: BUILD_MS }).status === 0) return { folder, binary };
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

/** One process of a program that prints a line for everything it hears and obeys lines on its input. */
export class GoProgram {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;

  constructor(binary: string, args: readonly string[]) {
    this.child = spawn(binary, [...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    let rest = '';
    this.child.stdout?.on('data', (chunk: Buffer) => {
      const [last = '', ...whole] = (rest + chunk.toString()).split('\n').reverse();
      rest = last;
      this.lines.push(...whole.reverse());
    });
  }

  /** The rest of the first line that starts so. */
  line(start: string): Promise<string> {
    return eventually(`a line ${start} after ${this.lines.join(', ')}`, () => {
      const found = this.lines.find((line) => `${line} `.startsWith(`${start} `));
      return found === undefined ? undefined : found.slice(start.length).trim() || start;
    });
  }

  say(word: string): void {
    this.child.stdin?.write(`${word}\n`);
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}
