/** The session with the master: subscriptions, offers, updates of tasks, and calls that the master refused. */

import type { Stamped } from '../../../../cluster/model/event';
import { note } from '../../../../cluster/model/machine';
import { isTerminal } from '../../../../cluster/model/task-state';
import { remainingOffer } from '../../../kit/core/match/remaining-offer';
import { acknowledge, launchedTasks } from '../../../kit/core/session/calls';
import type { SessionEvents } from '../../../kit/core/session/effects';
import { forgetKill, repeatKills, retryKills } from '../../../kit/core/session/kills';
import {
  beginReconciliation,
  type LiveTask,
  reconcileAll,
  reconcileUnconfirmed,
  repeatRefused,
} from '../../../kit/core/session/reconcile';
import { repeatRevive, resubscribed, reviveNow } from '../../../kit/core/session/revive';
import { disconnect, errorMeaning, frameworkInfo, subscribe } from '../../../kit/core/session/subscription';
import { save } from '../../../kit/core/turn/outbox';
import { applyUpdate } from '../dispatch/attempts';
import { restore } from '../dispatch/restore';
import { currentAttempt } from '../runs/run';
import type { ChronosEvents } from '../state/events';
import type { ChronosState } from '../state/state';
import { FRAMEWORK_VARIABLE } from '../state/stored';
import { type Turn, wake } from '../state/turn';
import { retryAll } from '../state/waiting-runs';
import { type MasterTurn, masterTurn } from './master-turn';
import { withdrawLaunches } from './orders';
import { demandOf } from './use-offers';

/** The time until tasks of a refused launch are asked for. */
const CONFIRM_MS = 1000;

type EventOf<Kind extends keyof SessionEvents> = Stamped<SessionEvents, Kind>;

/** Restores the jobs, and begins the session with the stored framework id. */
export function start(turn: Turn, event: Stamped<ChronosEvents, 'started'>): void {
  const { mesos } = turn.state;
  const text = event.stored.find(({ name }) => name === FRAMEWORK_VARIABLE)?.text;
  if (mesos && text !== undefined) mesos.session.frameworkId = JSON.parse(text) as string;
  restore(turn, event);
  sendFrameworkInfo(turn);
}

function sendFrameworkInfo({ state: { mesos }, effects }: Turn): void {
  if (mesos === undefined) return;
  const info = frameworkInfo(mesos.settings, mesos.session, [
    'PARTITION_AWARE',
    'MULTI_ROLE',
    'TASK_KILLING_STATE',
  ]);
  effects.push({ kind: 'framework', info });
}

export function subscribed(turn: Turn, event: EventOf<'scheduler.subscribed'>): void {
  const master = masterTurn(turn);
  const { mesos } = turn.state;
  if (master === undefined || mesos === undefined) return;
  if (subscribe(mesos.session, event)) {
    save(turn, FRAMEWORK_VARIABLE, event.frameworkId);
    sendFrameworkInfo(turn);
  }
  note(turn, 'info', 'subscribed', { framework: event.frameworkId, master: event.master ?? '' });
  mesos.offers.clear();
  retryAll(mesos.waiting);
  const wanted = demandOf(turn.state, turn.now)?.wanted ?? new Map<string, number>();
  resubscribed(master, wanted);
  repeatKills(master);
  beginReconciliation(master, liveTasks(turn.state));
  if (wanted.size > 0) reviveNow(master);
}

/** Offers are void, and launches that wait for the store do not go out. */
export function disconnected(turn: Turn, { reason }: EventOf<'scheduler.disconnected'>): void {
  const { mesos } = turn.state;
  if (mesos === undefined) return;
  withdrawLaunches(turn);
  disconnect({ state: mesos, effects: turn.effects }, reason);
  mesos.offers.clear();
}

/** New offers are tried by all runs that wait. */
export function takeOffers(turn: Turn, { offers }: EventOf<'scheduler.offers'>): void {
  const { mesos } = turn.state;
  if (mesos === undefined) return;
  for (const offer of offers)
    mesos.offers.set(offer.id.value, { remaining: remainingOffer(offer), since: turn.now });
  retryAll(mesos.waiting);
}

export function dropOffer({ state }: Turn, { offerId }: EventOf<'scheduler.rescind'>): void {
  state.mesos?.offers.delete(offerId);
}

/** An update of a task; it is acknowledged once its changes are stored. */
export function takeStatus(turn: Turn, { status }: EventOf<'scheduler.update'>): void {
  const master = masterTurn(turn);
  if (master === undefined) return;
  const taskId = status.task_id.value;
  const { state, reason, message } = status;
  master.state.unconfirmed.delete(taskId);
  applyUpdate(turn, { taskId, update: { state, reason, message } });
  if (isTerminal(state) || state === 'TASK_UNKNOWN') forgetKill(master, taskId);
  acknowledge(master, status);
}

/**
 * The master refused a call, or the connection broke before its answer. It may have taken a launch all the same, so its
 * tasks are reconciled: one that the master does not know is launched again.
 */
export function takeRefusal(turn: Turn, { call, reason }: EventOf<'scheduler.refused'>): void {
  const { mesos } = turn.state;
  note(turn, 'warn', 'a call was refused', { call: call.type ?? '', reason });
  const master = masterTurn(turn);
  if (master !== undefined) repeatRefused(master, call);
  const taskIds = launchedTasks(call);
  if (mesos === undefined || taskIds.length === 0) return;
  for (const taskId of taskIds) mesos.unconfirmed.add(taskId);
  wake(turn, { kind: 'confirm' }, turn.now + CONFIRM_MS);
}

/** An ERROR of the master ends the stream. */
export function takeError(turn: Turn, { message }: EventOf<'scheduler.error'>): void {
  const { mesos, tasks } = turn.state;
  if (mesos === undefined) return;
  note(turn, 'error', 'the master refused us', { message });
  const meaning = errorMeaning(message);
  if (meaning === 'taken over')
    turn.effects.push({ kind: 'resign', reason: 'another Chronos has taken over this framework id' });
  if (meaning !== 'removed' || mesos.session.frameworkId === undefined) return;
  note(turn, 'warn', 'subscribing as a new framework: all tasks are lost', {
    framework: mesos.session.frameworkId,
  });
  mesos.session.frameworkId = undefined;
  save(turn, FRAMEWORK_VARIABLE, undefined);
  sendFrameworkInfo(turn);
  const update = { state: 'TASK_GONE', reason: undefined, message: 'the framework was removed' } as const;
  for (const taskId of [...tasks.keys()]) applyUpdate(turn, { taskId, update });
  mesos.kills.clear();
  mesos.unconfirmed.clear();
}

/** The handlers of the session's timers. */
export const sessionWoke = {
  'kill-retry': withMaster(retryKills),
  'revive-again': withMaster(repeatRevive),
  confirm: withMaster((master, turn) => reconcileUnconfirmed(master, liveTasks(turn.state))),
  reconcile: withMaster((master, turn) => reconcileAll(master, liveTasks(turn.state))),
  // The end of each step asks for offers and gives them back.
  revive: () => undefined,
  demand: ({ state }: Turn) => {
    if (state.mesos) state.mesos.demandWakeAt = undefined;
  },
};

function withMaster(act: (master: MasterTurn, turn: Turn) => void): (turn: Turn) => void {
  return (turn) => {
    const master = masterTurn(turn);
    if (master) act(master, turn);
  };
}

/** The tasks that may have a process. */
function liveTasks({ tasks, jobs, runs }: ChronosState): LiveTask[] {
  return [...tasks].map(([id, runId]) => {
    const run = jobs.get(runs.get(runId) ?? '')?.active[runId];
    const attempt = run && currentAttempt(run);
    const isLaunching = attempt !== undefined && attempt.startedAt === undefined;
    return { id, agentId: attempt?.agentId, launchingSince: isLaunching ? attempt.launchedAt : undefined };
  });
}
