/**
 * The command of a task at work: under a holder, which outlives this process, or as a child of it where there is none.
 */

import { spawn } from 'node:child_process';
import type { ExitStatus } from '../../model/exit-status';
import { programUmask, withInheritedUmask } from '../../runtime/files/private';
import { withholdingFiles } from '../../runtime/files/withheld-files';
import { HeldProgram, holderProgram, type ProgramEnd } from '../../runtime/holder/held-program';
import type { Identity } from '../../runtime/identity';
import { findProcesses, killFound, signalAll } from '../../runtime/processes';

export interface CommandPlan {
  readonly file: string;
  /** The name of the program first. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user: Identity | undefined;
  readonly stdout: number;
  readonly stderr: number;
}

/** A command that has started. */
export interface RunningCommand {
  readonly ended: Promise<ExitStatus>;
  /** Sends a signal to all of its processes. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Kills all of its processes; resolves when they are gone. */
  destroy(): Promise<void>;
}

/** Starts a command under a holder. Rejects with an error `spawn ...` when it cannot be executed. */
export async function startHeld(plan: CommandPlan, runFolder: string): Promise<RunningCommand> {
  const holder = holderProgram();
  if (holder === undefined) return startChild(plan);
  const program = await HeldProgram.start(holder, runFolder, { ...plan, umask: programUmask() });
  const ended = program.ended.then(async (end) => {
    // Without its holder nobody ends what the program has started.
    if ('lost' in end) await killFound(() => processesOf(plan.directory));
    return exitStatus(end);
  });
  return {
    ended,
    signal: (signal) => (signal === 'SIGTERM' ? program.terminate() : program.kill()),
    destroy: async () => {
      program.kill();
      await ended;
    },
  };
}

/** The processes that have this sandbox in their environment. */
function processesOf(sandbox: string): number[] {
  return findProcesses('MESOS_SANDBOX', (value) => value === sandbox);
}

/** A program whose holder was killed is killed with it. */
export function exitStatus(end: ProgramEnd): ExitStatus {
  return 'lost' in end ? { signal: 'SIGKILL' } : end;
}

/**
 * Starts a command as a child of this process, in a session of its own. Processes that leave the session are found by
 * the sandbox in their environment. Rejects with an error `spawn ...` when it cannot be executed.
 */
export function startChild(plan: CommandPlan): Promise<RunningCommand> {
  const [argv0, ...rest] = plan.arguments;
  const { directory, environment } = plan;
  const child = withInheritedUmask(() =>
    withholdingFiles(['ignore', plan.stdout, plan.stderr], (stdio) =>
      spawn(plan.file, rest, {
        argv0,
        cwd: directory,
        env: { ...environment },
        detached: true,
        stdio,
        ...plan.user,
      }),
    ),
  );
  const escaped = (): number[] => processesOf(directory);
  const group = (): number[] => (child.pid === undefined ? [] : [-child.pid]);
  const ended = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }));
  });
  const running: RunningCommand = {
    ended,
    signal: (signal) => signalAll([...group(), ...escaped()], signal),
    destroy: async () => {
      signalAll(group(), 'SIGKILL');
      await killFound(escaped);
    },
  };
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(running));
    child.once('error', reject);
  });
}
