/**
 * Programs of containers under holders: how they are killed by their folders alone.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExitStatus } from '../../model/exit-status';
import { makeFolder } from '../../runtime/files/make-folder';
import {
  descendants,
  HeldProgram,
  type ProgramEnd,
  type ProgramPlan,
} from '../../runtime/holder/held-program';
import { findProcesses, killFound, signalAll } from '../../runtime/processes';
import type { RunningCommand } from './port';
import type { StartedProgram } from './program-launcher';

/** Time that a holder has to kill its program. It gives up by itself before that. */
const KILL_MS = 30_000;
/** The same for one that has not started its program: it hears of nothing while it waits for something that is stopped. */
const KILL_STARTING_MS = 5000;
/** Time that a command in a container has to be started. */
const EXEC_MS = 30_000;
/** Time that a holder has to say what it started, when the agent ended meanwhile. */
const STARTING_MS = 10_000;
const PAUSE_MS = 5;

/** The folder of the holder of a container's program. */
export function holderFolder(folder: string): string {
  return join(folder, 'holder');
}

/** The folder of the holders of commands that run in a container. */
function execFolder(folder: string): string {
  return join(folder, 'exec');
}

export function startedProgram(program: HeldProgram): StartedProgram {
  return {
    pid: program.pid,
    ended: program.ended.then(exitStatus),
    signal: (signal) => program.signal(signal),
    pids: () => program.processes(),
  };
}

/** A program whose holder was killed is killed with it, by the kernel or by the destroy that follows. */
export function exitStatus(end: ProgramEnd): ExitStatus {
  return 'lost' in end ? { signal: 'SIGKILL' } : end;
}

/** Finds the program of a holder's folder; undefined when none was started. */
export async function findHeld(folder: string): Promise<HeldProgram | undefined> {
  const until = Date.now() + STARTING_MS;
  for (;;) {
    const program = HeldProgram.adopt(folder);
    if (program && program.pid > 0) return program;
    const isStarting = program?.isHeld ?? holdersOf(folder).length > 0;
    if (!isStarting || Date.now() > until) return undefined;
    await setTimeout(PAUSE_MS);
  }
}

/** The holders that have this folder, as long as they have not written who they are. */
function holdersOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => argumentsOf(pid)[1] === folder);
}

function argumentsOf(pid: number): string[] {
  return textOf(`/proc/${pid}/cmdline`).split('\0');
}

/** The text of a file; empty when it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * False when it is certain that no program has run in a holder's folder: it has no holder, or one that could not start the
 * program. A holder writes a file before it starts anything.
 */
export function mayHaveRun(folder: string): boolean {
  if (!existsSync(join(folder, 'processes'))) return false;
  return !/^(failed|refused) /.test(textOf(join(folder, 'status')));
}

/**
 * Kills the program of a holder's folder, and the holder. Resolves with false when nobody can tell that all of its
 * processes are gone, since its holder was killed, or its files are damaged.
 */
export async function killHeld(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return true;
  try {
    const program = HeldProgram.adopt(folder);
    if (!program) return killHolders(folder) === 0;
    program.kill();
    const hasEnded = await within(program.pid > 0 ? KILL_MS : KILL_STARTING_MS, program.ended);
    if (hasEnded) return existsSync(join(folder, 'status'));
  } catch {
    // Such as a folder in the place of a file: the processes are found without it.
  }
  killHolders(folder);
  return false;
}

/** Kills the program of a container and the commands that run in it. Resolves as `killHeld` does. */
export async function killAllHeld(folder: string): Promise<boolean> {
  const outcomes = await Promise.all([killHeld(holderFolder(folder)), killExecs(folder)]);
  return outcomes.every(Boolean);
}

/** Makes the start of a container's program fail. */
export function interruptStart(folder: string): void {
  killHolders(holderFolder(folder));
}

/** Kills the holders of a folder with all of their processes, also those that are stopped; the number of holders. */
function killHolders(folder: string): number {
  const holders = holdersOf(folder);
  const programs = holders.flatMap((holder) => descendants(holder));
  signalAll([...holders, ...programs], 'SIGKILL');
  return holders.length;
}

/** True when a promise resolves in time. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  try {
    const timeout = setTimeout(ms, false, { signal: late.signal });
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    late.abort();
  }
}

/** Starts a command in a holder's folder of its own, which goes with it. */
export async function startExec(
  folder: string,
  start: (folder: string) => Promise<HeldProgram>,
): Promise<RunningCommand> {
  const holder = join(execFolder(folder), String(nextExec++));
  makeFolder(holder);
  const remove = (): Promise<void> => rm(holder, { recursive: true, force: true });
  try {
    const starting = start(holder);
    if (!(await within(EXEC_MS, starting))) killHolders(holder);
    const program = await starting;
    const ended = program.ended.then(async (end) => {
      await remove();
      return exitStatus(end);
    });
    return {
      ended,
      destroy: async () => {
        program.kill();
        await ended;
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The number of the next command; those of an earlier run of the agent are killed before. */
let nextExec = 1;

/** Forgets all holders of a container, which are known to be gone. */
export async function removeHolders(folder: string): Promise<void> {
  for (const held of [holderFolder(folder), execFolder(folder)])
    await rm(held, { recursive: true, force: true });
}

/** Kills the commands that run in a container. */
async function killExecs(folder: string): Promise<boolean> {
  const all = execFolder(folder);
  const names = existsSync(all) ? readdirSync(all) : [];
  const outcomes = await Promise.all(names.map((name) => killHeld(join(all, name))));
  await rm(all, { recursive: true, force: true });
  return outcomes.every(Boolean);
}

/** Kills the processes that have this sandbox in their environment. */
export async function killInSandbox(sandbox: string): Promise<void> {
  await killFound(() => findProcesses('MESOS_SANDBOX', (value) => value === sandbox));
}

/** Starts a program in a folder for its holder, which it makes. */
export function hold(holder: string, folder: string, plan: ProgramPlan): Promise<HeldProgram> {
  makeFolder(folder);
  return HeldProgram.start(holder, folder, plan);
}
