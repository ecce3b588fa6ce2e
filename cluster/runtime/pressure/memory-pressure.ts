/**
 * Counts events of memory pressure in cgroups v1, by a small program: Node has no file descriptors of events.
 *
 * Always true: there is one program for all cgroups, from the first one on, and it ends with this process.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { builtProgram } from '../built-program';
import type { Logger } from '../log';

/** The path of the program; undefined where it was not built. */
export function pressureProgram(): string | undefined {
  return builtProgram('pressure/pressure');
}

/** The number of events of each level; those of a higher level count for the lower ones, too. */
export interface PressureCounts {
  low: number;
  medium: number;
  critical: number;
}

export class MemoryPressure {
  private readonly counts = new Map<string, PressureCounts>();
  private child: ChildProcess | undefined;

  constructor(
    private readonly program: string,
    private readonly log: Logger,
  ) {}

  /** Begins to count for a cgroup, whose id has no blanks. */
  add(id: string, folder: string): void {
    if (this.counts.has(id)) return;
    this.counts.set(id, { low: 0, medium: 0, critical: 0 });
    this.order(`+${id} ${folder}`);
  }

  remove(id: string): void {
    if (this.counts.delete(id)) this.order(`-${id}`);
  }

  countsOf(id: string): Readonly<PressureCounts> | undefined {
    return this.counts.get(id);
  }

  stop(): void {
    this.child?.removeAllListeners('exit');
    this.child?.stdin?.end();
  }

  private order(line: string): void {
    this.child ??= this.start();
    this.child.stdin?.write(`${line}\n`);
  }

  private start(): ChildProcess {
    const child = spawn(this.program, [], { cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
    const stands = (): void =>
      this.log.warn({}, 'the counter of memory pressure has ended; its counts stand still');
    child.once('error', stands);
    child.once('exit', stands);
    child.stdin.on('error', () => undefined);
    createInterface(child.stdout).on('line', (line) => this.count(line));
    // It keeps no process from its end.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as { unref?(): void }).unref?.();
    return child;
  }

  private count(line: string): void {
    const [id = '', level = '', events = ''] = line.split(' ');
    const counts = this.counts.get(id);
    if (counts && level in counts) counts[level as keyof PressureCounts] += Number(events);
  }
}
