/**
 * The step of the machine: each kind of event has its transition; then the timer of slots is set and changes are stored.
 */

import type { Machine, Stamped } from '../../../cluster/model/event';
import { machine, type TimerHandlers, type Transitions } from '../../../cluster/model/machine';
import { storeTransitions } from '../../kit/core/turn/outbox';
import { checkChronos } from './check-chronos';
import { applyUpdate, launchRun, retryRun, timeOutRun } from './dispatch/attempts';
import { deleteJob, putDefinition } from './dispatch/changes';
import { applyCallback, dropWaiting, killJob, markSuccess, startJob } from './dispatch/commands';
import { addElements } from './dispatch/element-counts';
import { tellOverdue, tellSlow } from './dispatch/notices';
import { keepOutput } from './dispatch/outputs';
import { pauseJob, resumeJob } from './dispatch/pauses';
import { forgetOldRuns } from './dispatch/restore';
import { decideDueSlots, missRun, wakeForSlots } from './dispatch/slots';
import { sendOrders } from './launch/orders';
import {
  disconnected,
  dropOffer,
  sessionWoke,
  start,
  subscribed,
  takeError,
  takeOffers,
  takeRefusal,
  takeStatus,
} from './launch/session';
import { useOffers } from './launch/use-offers';
import type { ZoneRules } from './schedule/zone';
import type { ChronosEffect } from './state/effects';
import type { ChronosEvents } from './state/events';
import { type ChronosState, newState, type Settings } from './state/state';
import { chronosTimers } from './state/timers';
import { commit, type Turn } from './state/turn';

const transitions: Transitions<Turn, ChronosEvents> = {
  started: start,
  'scheduler.subscribed': subscribed,
  'scheduler.disconnected': disconnected,
  'scheduler.offers': takeOffers,
  'scheduler.rescind': dropOffer,
  'scheduler.update': takeStatus,
  // The tasks of the agent or executor get status updates of their own.
  'scheduler.failure': () => undefined,
  'scheduler.message': () => undefined,
  'scheduler.error': takeError,
  'scheduler.refused': takeRefusal,
  'job.put': putDefinition,
  'job.delete': deleteJob,
  'job.start': startJob,
  'job.succeed': markSuccess,
  'job.kill': killJob,
  'job.pause': pauseJob,
  'job.resume': resumeJob,
  'runs.drop': dropWaiting,
  'run.placed': (turn, event) => void launchRun(turn, event),
  'task.update': applyUpdate,
  'task.callback': applyCallback,
  'task.elements': addElements,
  'task.output': keepOutput,
  'clock.jumped': decideDueSlots,
  ...storeTransitions,
};

const woke: TimerHandlers<Turn, (typeof chronosTimers)['spec']> = {
  slots: decideDueSlots,
  attempt: (turn, { runId }) => retryRun(turn, runId),
  deadline: (turn, { runId }) => void missRun(turn, runId),
  timeout: (turn, { runId }) => timeOutRun(turn, runId),
  overdue: (turn, { runId }) => tellOverdue(turn, runId),
  slow: (turn, { runId }) => tellSlow(turn, runId),
  retention: forgetOldRuns,
  ...sessionWoke,
};

function endStep(turn: Turn): void {
  useOffers(turn);
  sendOrders(turn);
  wakeForSlots(turn);
  commit(turn);
}

export type ChronosMachine = Machine<ChronosState, Stamped<ChronosEvents>, ChronosEffect, Settings>;

/** The machine, with the rules of the tz database as a value. */
export function chronosMachine(rules: ZoneRules): ChronosMachine {
  return machine({
    name: 'chronos',
    init: newState,
    start: (turn) => ({ ...turn, rules }),
    transitions,
    timers: chronosTimers,
    woke,
    after: endStep,
    check: checkChronos,
  });
}
