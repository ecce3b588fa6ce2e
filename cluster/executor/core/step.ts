/**
 * The command executor as a state machine: routes each event to its transition and each timer to its handler, which are
 * in the files of their subject.
 */

import type { Machine } from '../../model/event';
import { machine, plainTurn, type TimerHandlers, type Transitions } from '../../model/machine';
import { checkExecutor } from './check-executor';
import type { ExecutorBoot, ExecutorEffect, ExecutorEvent, ExecutorEvents } from './events';
import { checked, scheduleCheck } from './health';
import { graceOver } from './kill';
import { type ExecutorState, initExecutor } from './state';
import { disconnected, resubscribe, subscribed } from './subscription';
import { acknowledged, completionOver, ended, exit, kill, launch, shutdown, started } from './task';
import { executorTimers, type Turn } from './turn';
import { retry } from './updates';

const TRANSITIONS: Transitions<Turn, ExecutorEvents> = {
  'agent.subscribed': subscribed,
  'agent.launch': launch,
  'agent.kill': kill,
  'agent.acknowledged': acknowledged,
  'agent.shutdown': shutdown,
  'agent.disconnected': disconnected,
  'process.started': started,
  'process.failed': (turn, { reason }) => ended(turn, { failure: reason }),
  'process.exited': (turn, { ending }) => ended(turn, ending),
  'health.checked': checked,
};

const WOKE: TimerHandlers<Turn, (typeof executorTimers)['spec']> = {
  subscribe: resubscribe,
  retry,
  grace: graceOver,
  leave: exit,
  health: scheduleCheck,
  completion: completionOver,
};

export const executorMachine: Machine<ExecutorState, ExecutorEvent, ExecutorEffect, ExecutorBoot> = machine({
  name: 'executor',
  init: initExecutor,
  start: plainTurn<ExecutorState, ExecutorEffect>,
  transitions: TRANSITIONS,
  timers: executorTimers,
  woke: WOKE,
  check: checkExecutor,
});
