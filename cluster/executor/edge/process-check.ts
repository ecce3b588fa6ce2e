/**
 * The command of a check of an executor that is a process: under a holder, or as a child where there is none. Its output is
 * dropped.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../runtime/files/make-folder';
import { programUmask, withInheritedUmask } from '../../runtime/files/private';
import { withholdingFiles } from '../../runtime/files/withheld-files';
import { HeldProgram, holderProgram } from '../../runtime/holder/held-program';
import { type Identity, identityOf } from '../../runtime/identity';
import { signalAll } from '../../runtime/processes';
import type { CheckCommand, RunningCheck } from './containers';
import { exitStatus } from './running-command';

/** The surroundings of a command: those of the task. */
export interface ProcessPlace {
  /** The task's sandbox. */
  readonly directory: string;
  /** The task's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user the task runs as. */
  readonly user: string | undefined;
  /** The folder of holders; without it a command is a child of this process. */
  readonly runFolder?: string | undefined;
}

/** Number of holders so far: each needs a folder of its own. */
let folders = 0;

/** Starts commands of checks. They get the user, the sandbox and the environment of the task. */
export function startCheck(place: ProcessPlace): (command: CheckCommand) => Promise<RunningCheck> {
  return async (command) => {
    const identity = await identityOf(place.user);
    const environment = { ...place.environment, ...command.environment };
    const plan = { ...command, environment, directory: place.directory };
    const holder = holderProgram();
    if (holder === undefined || place.runFolder === undefined) return startChild(plan, identity);
    folders += 1;
    const folder = join(place.runFolder, `check-${folders}`);
    return startHeld(plan, { holder, folder, identity });
  };
}

interface CheckPlan extends CheckCommand {
  readonly directory: string;
}

async function startHeld(
  plan: CheckPlan,
  {
    holder,
    folder,
    identity,
  }: { readonly holder: string; readonly folder: string; readonly identity: Identity | undefined },
): Promise<RunningCheck> {
  makeFolder(folder);
  const nowhere = openSync('/dev/null', 'w');
  try {
    const output = { stdout: nowhere, stderr: nowhere };
    const held = await HeldProgram.start(holder, folder, {
      ...plan,
      ...output,
      user: identity,
      umask: programUmask(),
    });
    return {
      ended: held.ended.then(exitStatus),
      destroy: async () => {
        held.kill();
        await held.ended;
      },
    };
  } finally {
    closeSync(nowhere);
  }
}

function startChild(plan: CheckPlan, identity: Identity | undefined): Promise<RunningCheck> {
  const [argv0, ...rest] = plan.arguments;
  const child = withInheritedUmask(() =>
    withholdingFiles(['ignore', 'ignore', 'ignore'], (stdio) =>
      spawn(plan.file, rest, {
        argv0,
        cwd: plan.directory,
        env: { ...plan.environment },
        detached: true,
        stdio,
        ...identity,
      }),
    ),
  );
  const ended = new Promise<{ code: number } | { signal: string }>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }));
  });
  const destroy = async (): Promise<void> => {
    if (child.pid !== undefined) signalAll([-child.pid], 'SIGKILL');
    await ended;
  };
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve({ ended, destroy }));
    child.once('error', reject);
  });
}
