/**
 * One container as a state machine: provisioning, preparing, isolating, fetching, running, destroying, destroyed.
 *
 * One step of it is under way at a time, and its failure is an event.
 */

import type { Machine } from '../../../model/event';
import { machine, plainTurn, type TimerHandlers, type Transitions } from '../../../model/machine';
import { checkContainer } from './check-container';
import { destroy, destroyStepDone, destroyStepFailed, exited, killAgain, limited } from './end';
import type { ContainerBoot, ContainerEffect, ContainerEvent, ContainerEvents } from './events';
import { begin, hurry, interrupt, isLaunchStep, launchStepDone, launchStepFailed } from './launch';
import { type ContainerState, containerTimers, initContainer, type Turn } from './state';

const TRANSITIONS: Transitions<Turn, ContainerEvents> = {
  begin,
  done: (turn, { step, limitation }) =>
    isLaunchStep(step) ? launchStepDone(turn, step) : destroyStepDone(turn, step, limitation),
  failed: (turn, { step, reason }) =>
    isLaunchStep(step) ? launchStepFailed(turn, step, reason) : destroyStepFailed(turn, step, reason),
  exited,
  limited,
  destroy: (turn) => {
    destroy(turn);
    hurry(turn);
  },
};

const WOKE: TimerHandlers<Turn, (typeof containerTimers)['spec']> = {
  kill: killAgain,
  start: interrupt,
};

export const containerMachine: Machine<ContainerState, ContainerEvent, ContainerEffect, ContainerBoot> =
  machine({
    name: 'container',
    init: initContainer,
    start: plainTurn<ContainerState, ContainerEffect>,
    transitions: TRANSITIONS,
    timers: containerTimers,
    woke: WOKE,
    check: checkContainer,
  });
