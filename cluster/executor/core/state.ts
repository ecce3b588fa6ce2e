/**
 * The state of the command executor: its one task, and the updates that the agent has not acknowledged.
 *
 * Always true: `process` is `none` exactly as long as there is no task (checked by check-executor.ts).
 */

import type * as mesos from '../../api/generated/mesos';
import { type Random, randomFrom } from '../../model/random';
import type { Millis } from '../../model/time';
import type { ExecutorBoot } from './events';

export interface ExecutorState {
  readonly boot: ExecutorBoot;
  readonly random: Random;
  connected: boolean;
  disconnectedAt: Millis | undefined;
  framework: mesos.FrameworkInfo | undefined;
  task: mesos.TaskInfo | undefined;
  process: 'none' | 'starting' | 'running' | 'ended';
  /** The kill under way, with its cause and its deadline. */
  killing:
    | { readonly by: 'kill' | 'shutdown' | 'health'; until: Millis; readonly text: string | undefined }
    | undefined;
  health: { startedAt: Millis; failures: number; healthy: boolean | undefined; checking: boolean };
  /** By uuid, in order. */
  readonly unacknowledged: Map<string, mesos.TaskStatus>;
  terminal: string | undefined;
}

export function initExecutor(boot: ExecutorBoot): ExecutorState {
  return {
    boot,
    random: randomFrom(boot.seed),
    connected: false,
    disconnectedAt: undefined,
    framework: undefined,
    task: undefined,
    process: 'none',
    killing: undefined,
    health: { startedAt: 0, failures: 0, healthy: undefined, checking: false },
    unacknowledged: new Map(),
    terminal: undefined,
  };
}
