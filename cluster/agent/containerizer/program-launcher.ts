/**
 * The port of launchers: how the program of a container is started, found again and killed.
 *
 * Always true: what is started outlives the agent; `destroy` needs nothing but the run folder, so that it also does after
 * a kill -9 of the agent at any point of a start.
 */

import type { ExitStatus } from '../../model/exit-status';
import type { Changes, ContainerRun } from './isolators/isolator';
import type { ExecCommand, RunningCommand } from './port';

/** The launch of a program: its container, and what the isolators have changed of it, in their order. */
export interface LaunchPlan {
  readonly run: ContainerRun;
  /** The whole environment, with the variables of the isolators. */
  readonly environment: Readonly<Record<string, string>>;
  readonly changes: readonly Changes[];
  /** True when isolators work on the process before its program runs. */
  readonly isolates: boolean;
}

/** A program that was started; all of its processes are meant. */
export interface StartedProgram {
  /** Undefined for a container without a program. */
  readonly pid: number | undefined;
  readonly ended: Promise<ExitStatus>;
  signal(signal: NodeJS.Signals): void;
  pids(): readonly number[];
}

export interface ProgramLauncher {
  /** Makes the process, which waits; its pid. A launcher whose processes cannot wait makes none yet. */
  create(plan: LaunchPlan): Promise<number | undefined>;
  /** Gets what the program needs from elsewhere, such as its image. It may take long, until it is interrupted. */
  pull?(run: ContainerRun): Promise<void>;
  /** Lets the program run. Rejects with the reason. */
  start(plan: LaunchPlan): Promise<StartedProgram>;
  /** Makes a `create`, `pull` or `start` that is under way fail, whatever it waits for. */
  interrupt(run: ContainerRun): void;
  /** Finds a program again, also an ended one; undefined when it was not started. */
  adopt(run: ContainerRun): Promise<StartedProgram | undefined>;
  /** False when it is certain that the program of an earlier run, which cannot be adopted, has never run. */
  mayHaveRun(run: ContainerRun): boolean;
  exec(plan: Pick<LaunchPlan, 'run' | 'environment'>, command: ExecCommand): Promise<RunningCommand>;
  /** Starts the program of a session in the container around it, which this launcher has started. */
  startSession(plan: Pick<LaunchPlan, 'run' | 'environment'>): Promise<StartedProgram>;
  /** The description of a container by its engine, in JSON; undefined for one that it does not know. */
  inspection?(run: ContainerRun): Promise<string | undefined>;
  /** Kills all processes, and removes what a start has made. May be called in any state, and again. */
  destroy(run: ContainerRun): Promise<void>;
}
