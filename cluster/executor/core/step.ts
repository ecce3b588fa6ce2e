/**
 * The built-in executors as a state machine: routes each event to its transition and each timer to its handler, which are
 * in the files of their subject.
 */

import type { Machine } from '../../model/event';
import { machine, type TimerHandlers, type Transitions } from '../../model/machine';
import { checkExecutor } from './check-executor';
import { checkDue, checked, healthDue } from './checks';
import { acknowledged, exited, failed } from './endings';
import type { ExecutorBoot, ExecutorEffect, ExecutorEvent, ExecutorEvents } from './events';
import { completionOver, graceOver, kill, shutdown } from './kill';
import { launch, launchGroup, started } from './launch';
import { leave } from './leave';
import { type ExecutorState, initExecutor } from './state';
import { disconnected, resubscribe, resume, subscribed } from './subscription';
import { executorTimers, saveChanges, type Turn } from './turn';
import { retry } from './updates';

const TRANSITIONS: Transitions<Turn, ExecutorEvents> = {
  'agent.subscribed': subscribed,
  'agent.launch': launch,
  'agent.launchGroup': launchGroup,
  'agent.kill': kill,
  'agent.acknowledged': acknowledged,
  'agent.shutdown': shutdown,
  'agent.disconnected': disconnected,
  resumed: resume,
  'task.started': started,
  'task.failed': failed,
  'task.exited': exited,
  'task.checked': checked,
};

const WOKE: TimerHandlers<Turn, (typeof executorTimers)['spec']> = {
  subscribe: resubscribe,
  retry,
  grace: graceOver,
  leave,
  health: healthDue,
  check: checkDue,
  completion: completionOver,
};

export const executorMachine: Machine<ExecutorState, ExecutorEvent, ExecutorEffect, ExecutorBoot> = machine({
  name: 'executor',
  init: initExecutor,
  start: (turn): Turn => turn,
  transitions: TRANSITIONS,
  timers: executorTimers,
  woke: WOKE,
  after: saveChanges,
  check: checkExecutor,
});
