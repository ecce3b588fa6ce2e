/**
 * Decides about drained tasks: when a task is drained, when a request about it is answered, and when it is put back.
 *
 * In: apps.stored, drain.*, connections.counted, drains.stopped, woke(count)
 * Out: read-for-drain, serve-drains, count, keep-drained, tell-drain, answer-drain, fail-drain
 * Always true: a drained task gets no new request, even when it is served only later. It stays drained, over restarts
 * too, until it is gone from Marathon, is put back, or one hour is over; none of this is decided before Marathon's apps
 * are read. Each request is answered once, with connections that were counted after it was made.
 */

import type { Stamped } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';
import { lbTimers } from '../timers/timers';
import {
  COUNT_MS,
  DRAINED_MAX,
  DRAINED_MAX_MS,
  type DrainEvents,
  type DrainStatus,
  type DrainTurn,
  READ_LIMIT_MS,
  UNKNOWN_MS,
} from './drains';

export const drainTransitions: {
  readonly [K in keyof DrainEvents]: (turn: DrainTurn, event: Stamped<DrainEvents, K>) => void;
} = {
  'apps.stored': ({ state, now }) => {
    state.appsReadAt ??= now;
  },
  'drain.asked': drainAsked,
  'drain.read': drainRead,
  'drain.served': drainServed,
  'drain.failed': drainFailed,
  'drain.undone': drainUndone,
  'connections.counted': connectionsCounted,
  'drains.stopped': (turn) => {
    turn.state.stopped = true;
    count(turn);
  },
};

function drainAsked(turn: DrainTurn, event: Stamped<DrainEvents, 'drain.asked'>): void {
  const { state, now, effects } = turn;
  const { request, task, app, deadlineMs, serving } = event;
  forgetOld(turn, new Set(serving));
  const drained = state.drained.has(task);
  const deadline = now + deadlineMs;
  // Until the apps are read nothing is known about a task that an earlier run drained, either.
  if (drained && state.appsReadAt !== undefined)
    return waitOrAnswer(turn, request, { task, deadline, serves: serving.includes(task) });
  if (!drained && state.drained.size >= DRAINED_MAX)
    return answer(turn, request, { task, state: 'unknown', connections: 0 });
  state.requests.set(request, { phase: 'reading', task, deadline });
  // Marathon drains a task once its replacement is healthy: the replacement has to be served first.
  effects.push({ kind: 'read-for-drain', request, app, limitMs: Math.min(deadlineMs, READ_LIMIT_MS) });
}

function drainRead(turn: DrainTurn, { request }: Stamped<DrainEvents, 'drain.read'>): void {
  const { state, now, effects } = turn;
  const waiting = state.requests.get(request);
  if (waiting?.phase !== 'reading') return;
  const { task } = waiting;
  if (!state.drained.has(task)) {
    state.drained.set(task, now);
    drainedChanged(turn);
  }
  state.requests.set(request, { ...waiting, phase: 'serving' });
  effects.push({ kind: 'note', level: 'info', text: 'taking a task out', fields: { task } });
  effects.push({ kind: 'serve-drains', request, task });
}

function drainServed(turn: DrainTurn, { request, serving }: Stamped<DrainEvents, 'drain.served'>): void {
  const { state } = turn;
  const waiting = state.requests.get(request);
  if (waiting === undefined) return;
  const { task } = waiting;
  const serves = serving.includes(task);
  if (waiting.phase === 'serving')
    return waitOrAnswer(turn, request, { task, deadline: waiting.deadline, serves });
  if (waiting.phase === 'returning') putBackDone(turn, request, task, serves);
}

function drainFailed({ state, effects }: DrainTurn, event: Stamped<DrainEvents, 'drain.failed'>): void {
  const { request, why } = event;
  if (state.requests.delete(request)) effects.push({ kind: 'fail-drain', request, why });
}

function drainUndone(turn: DrainTurn, event: Stamped<DrainEvents, 'drain.undone'>): void {
  const { request, task, serving } = event;
  if (!turn.state.drained.delete(task)) return putBackDone(turn, request, task, serving.includes(task));
  drainedChanged(turn);
  turn.state.requests.set(request, { phase: 'returning', task });
  turn.effects.push({ kind: 'serve-drains', request, task });
}

function putBackDone(turn: DrainTurn, request: number, task: string, serves: boolean): void {
  turn.state.served.delete(task);
  answer(turn, request, { task, state: serves ? 'in' : 'unknown', connections: 0 });
}

interface ServedTask {
  readonly task: string;
  readonly deadline: Millis;
  readonly serves: boolean;
}

/** Waits for the connections of a task that is served; others are answered at once. */
function waitOrAnswer(turn: DrainTurn, request: number, { task, deadline, serves }: ServedTask): void {
  const { state } = turn;
  if (!serves) return answer(turn, request, { task, state: 'unknown', connections: 0 });
  state.served.add(task);
  state.requests.set(request, { phase: 'waiting', task, deadline, told: undefined });
  count(turn);
}

/**
 * Counts for all that wait, now and after each `COUNT_MS`. A count that runs began before the last of them and says
 * nothing about its task.
 */
export function count({ state, now, effects }: DrainTurn): void {
  if (state.counting !== undefined) return;
  const waiting = [...state.requests].filter(([, { phase }]) => phase === 'waiting');
  if (waiting.length === 0) return;
  state.counting = { requests: waiting.map(([request]) => request), since: now };
  effects.push({ kind: 'count', tasks: [...new Set(waiting.map(([, { task }]) => task))] });
}

function connectionsCounted(turn: DrainTurn, event: Stamped<DrainEvents, 'connections.counted'>): void {
  const { state, now } = turn;
  const { counting } = state;
  if (counting === undefined) return;
  state.counting = undefined;
  const counts = new Map(event.counts);
  for (const request of counting.requests) countedFor(turn, request, counts, event.why, counting.since);
  const waiting = [...state.requests].filter(([, { phase }]) => phase === 'waiting');
  if (waiting.length === 0) return;
  if (waiting.some(([request]) => !counting.requests.includes(request))) return count(turn);
  lbTimers.wake(turn, { kind: 'count' }, now + COUNT_MS);
}

function countedFor(
  turn: DrainTurn,
  request: number,
  counts: ReadonlyMap<string, number>,
  why: string | undefined,
  since: Millis,
): void {
  const { state, effects } = turn;
  const waiting = state.requests.get(request);
  if (waiting?.phase !== 'waiting') return;
  const over = since >= waiting.deadline || state.stopped;
  if (why !== undefined) {
    if (!over) return;
    state.requests.delete(request);
    effects.push({ kind: 'fail-drain', request, why });
    return;
  }
  const { task, told } = waiting;
  const status: DrainStatus = { task, state: 'out', connections: counts.get(task) ?? 0 };
  if (status.connections !== told) effects.push({ kind: 'tell-drain', status });
  if (status.connections > 0 && !over)
    return void state.requests.set(request, { ...waiting, told: status.connections });
  state.requests.delete(request);
  effects.push({ kind: 'answer-drain', request, status });
}

/** Puts back tasks that have ended, were drained for too long, or never got a server. */
function forgetOld(turn: DrainTurn, serving: ReadonlySet<string>): void {
  const { state, now } = turn;
  const { appsReadAt, drained, served } = state;
  // Until then the model has no tasks, not even those that HAProxy serves.
  if (appsReadAt === undefined) return;
  let changed = false;
  for (const [task, drainedAt] of drained) {
    if (serving.has(task)) served.add(task);
    const limit = serving.has(task)
      ? drainedAt + DRAINED_MAX_MS
      : Math.max(drainedAt, appsReadAt) + UNKNOWN_MS;
    const ended = served.has(task) && !serving.has(task);
    if (!ended && now < limit) continue;
    served.delete(task);
    drained.delete(task);
    changed = true;
  }
  if (changed) drainedChanged(turn);
}

function drainedChanged({ state, effects }: DrainTurn): void {
  effects.push({ kind: 'keep-drained', drained: [...state.drained] });
}

function answer({ state, effects }: DrainTurn, request: number, status: DrainStatus): void {
  state.requests.delete(request);
  effects.push({ kind: 'tell-drain', status });
  effects.push({ kind: 'answer-drain', request, status });
}
