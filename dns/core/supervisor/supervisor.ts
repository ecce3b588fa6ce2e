/**
 * Supervises the thread that builds the zone: one that fails is started again after a pause that grows, and the zone stays
 * meanwhile.
 *
 *   new -> running <-> pausing
 *             \-> stopping -> stopped
 *
 * In: started, thread.status, thread.ended, thread.stopped, source.lost, stop.requested, woke
 * Out: start-thread, stop-thread, status, lose, stopped
 * Always true (`checkSupervisor`): at most one thread runs, and events of an earlier one are ignored.
 */

import type { CommonEffect, Stamped, Unstamped, Woke } from '../../../cluster/model/event';
import { limitOf } from '../../../cluster/model/follow/policy';
import {
  machine,
  note,
  plainTurn,
  type TimerHandlers,
  type Transitions,
  type Turn,
} from '../../../cluster/model/machine';
import type { Millis } from '../../../cluster/model/time';
import { timersOf } from '../../../cluster/model/timers';
import type { FactSource } from '../builder/state';

/** The builder as the answering side knows it. */
export interface BuilderStatus {
  readonly source: FactSource;
  /** The time at which a master was heard last; 0 for never. */
  readonly heardAt: Millis;
  /** Loads and streams that failed, and threads. */
  readonly failures: number;
  readonly tasks: number;
}

export const NO_STATUS: BuilderStatus = { source: 'none', heardAt: 0, failures: 0, tasks: 0 };

const BACK_OFF = { firstMs: 1000, factor: 2, maxMs: 60_000 };
/** A thread that lived for so long went well: the next one that fails is started again soon. */
const GOOD_LIFE_MS = 60_000;

export interface SupervisorState {
  phase: 'new' | 'running' | 'pausing' | 'stopping' | 'stopped';
  /** Number of the newest thread. */
  thread: number;
  startedAt: Millis;
  /** Failures of the threads before this one, their ends included. */
  failures: number;
  /** Threads in a row that failed early. */
  failuresInRow: number;
  /** The last status of the newest thread. */
  status: BuilderStatus;
}

/** Events of the supervisor. Those about a thread have its number. */
export interface SupervisorEvents {
  started: object;
  'thread.status': { thread: number; status: BuilderStatus };
  /** The thread failed, or ended by itself. */
  'thread.ended': { thread: number; reason: string };
  /** The thread has stopped, as it was told to. */
  'thread.stopped': { thread: number };
  /** There has been no leader in ZooKeeper for too long. */
  'source.lost': { thread: number; reason: string };
  'stop.requested': object;
  woke: Woke;
}

export type SupervisorEvent = Stamped<SupervisorEvents>;
export type SupervisorInput = Unstamped<SupervisorEvents>;

export type SupervisorEffect =
  | CommonEffect
  | { readonly kind: 'start-thread' | 'stop-thread'; readonly thread: number }
  | { readonly kind: 'status'; readonly status: BuilderStatus }
  /** The process should end. */
  | { readonly kind: 'lose'; readonly reason: string }
  | { readonly kind: 'stopped' };

export type SupervisorTurn = Turn<SupervisorState, SupervisorEffect>;

const supervisorTimers = timersOf({ restart: {} });

function initSupervisor(): SupervisorState {
  return {
    phase: 'new',
    thread: 0,
    startedAt: 0,
    failures: 0,
    failuresInRow: 0,
    status: NO_STATUS,
  };
}

const transitions: Transitions<SupervisorTurn, SupervisorEvents> = {
  started: (turn) => {
    if (turn.state.phase === 'new') startThread(turn);
  },
  'thread.status': (turn, { thread, status }) => {
    if (isCurrent(turn, thread)) tell(turn, status);
  },
  'thread.ended': (turn, { thread, reason }) => {
    if (isCurrent(turn, thread)) ended(turn, reason);
  },
  'thread.stopped': (turn, { thread }) => {
    if (isCurrent(turn, thread) && turn.state.phase === 'stopping') stopped(turn);
  },
  'source.lost': (turn, { thread, reason }) => {
    if (isCurrent(turn, thread)) turn.effects.push({ kind: 'lose', reason });
  },
  'stop.requested': ({ state, effects }) => {
    const { phase, thread } = state;
    if (phase === 'stopping' || phase === 'stopped') return;
    state.phase = phase === 'running' ? 'stopping' : 'stopped';
    effects.push(phase === 'running' ? { kind: 'stop-thread', thread } : { kind: 'stopped' });
  },
};

const woke: TimerHandlers<SupervisorTurn, (typeof supervisorTimers)['spec']> = {
  restart: (turn) => {
    if (turn.state.phase === 'pausing') startThread(turn);
  },
};

/** True for the newest thread while it runs. */
function isCurrent({ state }: SupervisorTurn, thread: number): boolean {
  return thread === state.thread && (state.phase === 'running' || state.phase === 'stopping');
}

function startThread({ state, now, effects }: SupervisorTurn): void {
  state.phase = 'running';
  state.thread++;
  state.startedAt = now;
  effects.push({ kind: 'start-thread', thread: state.thread });
}

function ended(turn: SupervisorTurn, reason: string): void {
  const { state, now } = turn;
  if (state.phase === 'stopping') return stopped(turn);
  state.phase = 'pausing';
  state.failures += state.status.failures + 1;
  tell(turn, { ...state.status, source: 'none', failures: 0 });
  state.failuresInRow = now - state.startedAt > GOOD_LIFE_MS ? 0 : state.failuresInRow + 1;
  const afterMs = limitOf(BACK_OFF, Math.max(0, state.failuresInRow - 1));
  const text = 'the building thread failed: names stay as they are until it is back';
  note(turn, 'error', text, { reason, afterMs });
  supervisorTimers.wake(turn, { kind: 'restart' }, now + afterMs);
}

function stopped({ state, effects }: SupervisorTurn): void {
  state.phase = 'stopped';
  effects.push({ kind: 'stopped' });
}

/** Tells the status of the thread, with the failures of those before it. */
function tell({ state, effects }: SupervisorTurn, status: BuilderStatus): void {
  state.status = status;
  effects.push({ kind: 'status', status: { ...status, failures: status.failures + state.failures } });
}

/** The violations of what the header says. */
export function checkSupervisor({ phase, thread, status }: SupervisorState): string[] {
  const isNew = phase === 'new';
  const rules: readonly (readonly [boolean, string])[] = [
    [!isNew || thread === 0, `thread ${thread} was started before the start`],
    [isNew || phase === 'stopped' || thread > 0, `there is no thread while the supervisor is ${phase}`],
    [phase !== 'pausing' || status.source === 'none', 'a thread that is away is a source'],
  ];
  return rules.flatMap(([holds, violation]) => (holds ? [] : [violation]));
}

export const supervisorMachine = machine<
  SupervisorState,
  SupervisorEvents,
  SupervisorEffect,
  (typeof supervisorTimers)['spec'],
  object,
  SupervisorTurn
>({
  name: 'dns',
  init: initSupervisor,
  start: plainTurn,
  transitions,
  timers: supervisorTimers,
  woke,
  check: checkSupervisor,
});
