/**
 * Starts the programs of sessions: each runs in the container around it, by the launcher that has started that.
 *
 * Always true: the end of a session leaves the container around it as it is.
 */

import { findHeld, holderFolder, interruptStart, killAllHeld, mayHaveRun, startedProgram } from './held';
import type { ProgramLauncher } from './program-launcher';

export function sessionLauncher(around: ProgramLauncher): ProgramLauncher {
  return {
    create: () => Promise.resolve(undefined),
    start: (plan) => around.startSession(plan),
    interrupt: ({ folder }) => interruptStart(folder),
    adopt: async ({ folder }) => {
      const program = await findHeld(holderFolder(folder));
      return program && startedProgram(program);
    },
    mayHaveRun: ({ folder }) => mayHaveRun(holderFolder(folder)),
    exec: () => Promise.reject(new Error('No command runs in a session')),
    // One in another session is beside it.
    startSession: ({ run, environment }) =>
      around.startSession({ environment, run: { ...run, parent: run.parent?.parent } }),
    destroy: async ({ folder }) => {
      await killAllHeld(folder);
    },
  };
}
