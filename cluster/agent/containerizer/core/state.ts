/**
 * The state of one container, and its turn and timers.
 */

import type { ExitStatus } from '../../../model/exit-status';
import type { Turn as MachineTurn } from '../../../model/machine';
import { timersOf } from '../../../model/timers';
import type { Limitation } from '../../core/state/container-spec';
import type { ContainerBoot, ContainerEffect, LaunchStep, Step } from './events';

/** The states of the original (src/slave/containerizer/mesos/containerizer.hpp), and `destroyed` at the end. */
export type Phase =
  | 'provisioning'
  | 'preparing'
  | 'isolating'
  | 'fetching'
  | 'running'
  | 'destroying'
  | 'destroyed';

export interface ContainerState {
  readonly boot: ContainerBoot;
  phase: Phase;
  /** The step that is under way. */
  awaited: Step | undefined;
  /** True once the program runs, or has run. */
  started: boolean;
  /** True once the program has ended. */
  exited: boolean;
  status: ExitStatus | undefined;
  /** The first limit it went beyond. */
  limitation: Limitation | undefined;
  /** The step of the launch that failed, and why. */
  failure: { readonly step: LaunchStep; readonly reason: string } | undefined;
  /** The phase of the launch that a destroy has cut off. */
  cutOff: Phase | undefined;
  /** True once a step of its launch took too long. */
  late: boolean;
  /** True once it has to end. */
  ending: boolean;
  /** Kills that failed. */
  failedKills: number;
  /** Errors of the clean-up. */
  readonly leftovers: string[];
}

const FIRST_PHASE: Readonly<Record<ContainerBoot['mode'], Phase>> = {
  launch: 'provisioning',
  adopt: 'running',
  clean: 'destroying',
  ended: 'destroyed',
};

export function initContainer(boot: ContainerBoot): ContainerState {
  return {
    boot,
    phase: FIRST_PHASE[boot.mode],
    awaited: undefined,
    started: boot.mode === 'adopt',
    exited: false,
    status: undefined,
    limitation: undefined,
    failure: undefined,
    cutOff: undefined,
    late: false,
    ending: boot.mode === 'clean' || boot.mode === 'ended',
    failedKills: 0,
    leftovers: [],
  };
}

export type Turn = MachineTurn<ContainerState, ContainerEffect>;

export const containerTimers = timersOf({
  /** A kill that failed is tried again. */
  kill: {},
  /** The step that makes or starts the process takes too long. */
  start: {},
});

export const { wake } = containerTimers;
