/**
 * Decides the steps by which the apps as last read come into HAProxy: what is wanted is built and compared with what runs;
 * servers change by commands, at once; another structure is checked and loaded when `reload/reload-policy.ts` says so.
 *
 * In: refresh.*, reload.asked, preview.asked, the answers to the effects, woke(refresh)
 * Out: notice, resolve, try-*, compare, command, write, serve, judge, check, find-faults, reload, answer and others
 * Always true: whatever cannot be served is left out or waits, and the running configuration stays until another one is
 * loaded. The file on disk follows the running configuration. Servers change at once, even while a change of structure
 * waits for the worker of an earlier reload, for the disk, or for a configuration that HAProxy accepts.
 */

import type { CommonEffect, Stamped } from '../../../cluster/model/event';
import { note } from '../../../cluster/model/machine';
import {
  type ReloadAnswer,
  type ReloadEffect,
  type ReloadEvent,
  type ReloadEvents,
  type ReloadTurn,
  refusedLately,
  reloadTransitions,
} from '../reload/reload-policy';
import { lbTimers } from '../timers/timers';
import { endJob, enqueue } from './jobs';
import type { ConfigName, RefreshEvents, RefreshTurn, RunningJob, Step } from './refresh';
import { forgetRefusals, refusedApps, refusedParts, rememberFaults } from './refusals';

type EventOf<K extends keyof RefreshEvents> = Stamped<RefreshEvents, K>;

/** Events of the reload policy that the edge posts. */
export type PolicyEvents = Pick<
  ReloadEvents,
  'structure.differs' | 'workers.looked' | 'worker.gone' | 'refresh.wanted'
>;

export const refreshTransitions: {
  readonly [K in keyof (RefreshEvents & PolicyEvents)]: (
    turn: RefreshTurn,
    event: Stamped<RefreshEvents & PolicyEvents, K>,
  ) => void;
} = {
  'refresh.asked': (turn, { request }) => enqueue(turn, { kind: 'refresh', requests: [request] }),
  'preview.asked': (turn, { request }) => enqueue(turn, { kind: 'preview', requests: [request] }),
  'reload.asked': (turn, { request, reason }) =>
    enqueue(turn, { kind: 'reload', requests: [request], reason }),
  'haproxy.noticed': haproxyNoticed,
  'loaded.kept': (turn) => {
    const running = runningAt(turn, 'keeping');
    if (running) restored(turn, running);
  },
  'addresses.resolved': addressesResolved,
  'templates.tried': templatesTried,
  'binds.tried': bindsTried,
  'servers.read': serversRead,
  compared,
  commanded,
  'files.written': ({ state }, { ok }) => {
    state.stale = !ok;
  },
  'structure.differs': (turn, event) => {
    if (runningAt(turn, 'judging')) askPolicy(turn, event);
  },
  'workers.looked': askPolicy,
  'worker.gone': askPolicy,
  'refresh.wanted': askPolicy,
  'config.checked': configChecked,
  'faults.found': faultsFound,
  'haproxy.reloaded': haproxyReloaded,
  'refresh.failed': (turn, { why }) => {
    const { running } = turn.state;
    if (running === undefined) return;
    if (running.job.requests.length === 0)
      note(turn, 'error', 'the apps as last read cannot be served', { error: why });
    endJob(turn, { outcome: { ok: false, why }, failed: true });
  },
  'structure.adopted': ({ state }, { structure }) => {
    state.adopted = structure;
  },
  'weight.set': setWeight,
  'refreshes.stopped': (turn) => {
    turn.state.stopped = true;
    if (runningAt(turn, 'judging')) endJob(turn, { changed: true });
  },
};

/** The timer: it is time to serve the apps as last read again. */
export function refreshAgain(turn: RefreshTurn): void {
  if (!turn.state.stopped) enqueue(turn, { kind: 'refresh', requests: [] });
}

/** The running job, when it waits for an answer to this step. */
function runningAt({ state: { running } }: RefreshTurn, ...steps: readonly Step[]): RunningJob | undefined {
  return running && steps.includes(running.step) ? running : undefined;
}

/** A HAProxy that was killed has restarted with the file on disk, which may be older than what it served. */
function haproxyNoticed(turn: RefreshTurn, { restarts, same }: EventOf<'haproxy.noticed'>): void {
  const { state, effects } = turn;
  const running = runningAt(turn, 'noticing');
  if (running === undefined) return;
  if (restarts === state.restartsSeen) return resolve(turn, running);
  running.restarts = restarts;
  effects.push({ kind: 'forget-removed' });
  running.step = same ? 'keeping' : 'restoring';
  const reason = 'HAProxy was started again with an older file';
  effects.push(same ? { kind: 'keep-loaded' } : { kind: 'reload', config: 'running', reason });
}

function restored(turn: RefreshTurn, running: RunningJob): void {
  turn.state.restartsSeen = running.restarts;
  resolve(turn, running);
}

function resolve(turn: RefreshTurn, running: RunningJob): void {
  // The running configuration stays until the apps have been read.
  if (!turn.appsRead) return endJob(turn);
  running.step = 'resolving';
  turn.effects.push({ kind: 'resolve', apps: refusedApps(turn.state) });
}

function addressesResolved(turn: RefreshTurn, { failing, versions }: EventOf<'addresses.resolved'>): void {
  const { state, now, effects } = turn;
  const running = runningAt(turn, 'resolving');
  if (running === undefined) return;
  state.failing = failing;
  forgetRefusals(state, versions, now);
  running.step = 'trying';
  effects.push({ kind: 'try-templates', refused: refusedParts(state, []) });
}

function templatesTried(turn: RefreshTurn): void {
  const running = runningAt(turn, 'trying');
  if (running === undefined) return;
  if (running.job.kind === 'preview') return check(turn, running);
  running.step = 'binding';
  turn.effects.push({ kind: 'try-binds' });
}

function bindsTried(turn: RefreshTurn, { unbindable }: EventOf<'binds.tried'>): void {
  const { state, effects } = turn;
  const running = runningAt(turn, 'binding');
  if (running === undefined) return;
  state.unbindable = unbindable;
  if (state.adopted === undefined) return compare(turn, running, 'wanted');
  running.step = 'adopting';
  effects.push({ kind: 'read-servers' });
}

/**
 * An adopted HAProxy tells its servers. With the wanted structure only servers are left to change; with another one the
 * servers change as far as possible, and a reload brings the rest.
 */
function serversRead(turn: RefreshTurn, { structure, why }: EventOf<'servers.read'>): void {
  const { state, effects } = turn;
  const running = runningAt(turn, 'adopting');
  if (running === undefined) return;
  if (why !== undefined) {
    note(turn, 'warn', '`show servers state` failed; HAProxy is reloaded', { why });
    return compare(turn, running, 'wanted');
  }
  if (structure !== state.adopted) {
    running.step = 'catching-up';
    effects.push({ kind: 'catch-up' });
    return;
  }
  effects.push({ kind: 'take-over' });
  state.stale = true;
  compare(turn, running, 'wanted');
}

function compare(turn: RefreshTurn, running: RunningJob, config: ConfigName): void {
  running.config = config;
  running.step = 'comparing';
  turn.effects.push({ kind: 'compare', config });
}

function compared(turn: RefreshTurn, { decision, reason }: EventOf<'compared'>): void {
  const running = runningAt(turn, 'comparing');
  if (running === undefined) return;
  const { config } = running;
  running.reason = reason;
  if (decision === 'reload') return applied(turn, running, 'structure');
  if (decision === 'commands') {
    running.step = 'commanding';
    turn.effects.push({ kind: 'command' });
    return;
  }
  if (turn.state.stale) turn.effects.push({ kind: 'write', config });
  serve(turn, config);
  applied(turn, running, 'same');
}

function commanded(turn: RefreshTurn, { commands, outcome }: EventOf<'commanded'>): void {
  const { state, effects } = turn;
  const running = runningAt(turn, 'commanding', 'catching-up');
  if (running === undefined) return;
  if (running.step === 'catching-up') return compare(turn, running, 'wanted');
  if (!outcome.ok) {
    note(turn, 'warn', 'HAProxy cannot change this while it runs; it is reloaded', { why: outcome.why });
    return applied(turn, running, 'failed');
  }
  state.commands += commands;
  note(turn, 'debug', 'HAProxy changed while it runs', { reason: running.reason });
  effects.push({ kind: 'write', config: running.config });
  serve(turn, running.config);
  applied(turn, running, 'served');
}

/** Result of an attempt without a reload: done, nothing to do, a reload is needed, or a command failed. */
type ApplyResult = 'served' | 'same' | 'structure' | 'failed';

function applied(turn: RefreshTurn, running: RunningJob, result: ApplyResult): void {
  const done = result === 'served' || result === 'same';
  // The servers change first, and then the structure, unless it may or must wait.
  if (running.config === 'wanted' && result === 'structure') return compare(turn, running, 'kept');
  if (running.config === 'kept' || (running.config === 'wanted' && !done))
    return judge(turn, running, result === 'failed');
  if (!done) return reload(turn, running);
  tellPolicy(turn, { kind: 'structure.served', at: turn.now });
  endJob(turn, { changed: result === 'served' });
}

function judge(turn: RefreshTurn, running: RunningJob, commandsFailed: boolean): void {
  if (turn.state.stopped) return endJob(turn, { changed: true });
  running.commandsFailed = commandsFailed;
  running.step = 'judging';
  turn.effects.push({ kind: 'judge', commandsFailed });
}

type PolicyTransition = (turn: ReloadTurn, event: ReloadEvent) => void;

/** Asks the policy; its answer ends the judging step. */
function askPolicy(turn: RefreshTurn, event: Stamped<PolicyEvents>): void {
  const answer = tellPolicy(turn, event);
  const running = answer && runningAt(turn, 'judging');
  if (running === undefined) return;
  if (answer === 'reload-now') check(turn, running);
  else endJob(turn, { changed: true });
}

/** Hands an event to the policy and returns its answer, if there is one. */
function tellPolicy(turn: RefreshTurn, event: ReloadEvent): ReloadAnswer['kind'] | undefined {
  let answer: ReloadAnswer['kind'] | undefined;
  const push = (effect: ReloadEffect | ReloadAnswer | CommonEffect): void => {
    if (effect.kind === 'reload-now' || effect.kind === 'put-off') answer = effect.kind;
    else turn.effects.push(effect);
  };
  const transition = reloadTransitions[event.kind] as PolicyTransition;
  transition({ state: turn.reload, now: turn.now, effects: { push } }, event);
  return answer;
}

function check(turn: RefreshTurn, running: RunningJob): void {
  const { state, reload: policy, now } = turn;
  running.step = 'checking';
  turn.effects.push({
    kind: 'check',
    refused: refusedParts(state, running.faults),
    alone: state.reloads > 0 && policy.refused === undefined,
    lately: refusedLately(policy, now),
  });
}

/** Refused apps are found and left out, so that they do not stop the others. */
function configChecked(turn: RefreshTurn, { outcome, config }: EventOf<'config.checked'>): void {
  const { state, now, effects } = turn;
  const running = runningAt(turn, 'checking');
  if (running === undefined) return;
  running.checked = { config, why: outcome.ok ? '' : outcome.why };
  if (!outcome.ok) {
    if (outcome.noAppAtFault || !state.boot.cleanUp) return giveUp(turn, running);
    running.step = 'blaming';
    effects.push({
      kind: 'find-faults',
      why: outcome.why,
      refused: refusedParts(state, running.faults),
    });
    return;
  }
  rememberFaults(state, running.faults, now);
  if (running.job.kind === 'preview') return endJob(turn);
  // Without the refused apps the structure may be the running one, which needs no reload.
  if (!running.commandsFailed) return compare(turn, running, 'checked');
  reload(turn, running);
}

function faultsFound(turn: RefreshTurn, { faults }: EventOf<'faults.found'>): void {
  const running = runningAt(turn, 'blaming');
  if (running === undefined) return;
  if (faults.length === 0) return giveUp(turn, running);
  running.faults.push(...faults);
  check(turn, running);
}

function giveUp(turn: RefreshTurn, { job, checked }: RunningJob): void {
  if (job.kind === 'preview') return endJob(turn, { outcome: { ok: false, why: checked.why } });
  turn.effects.push({ kind: 'report', config: 'checked' });
  refused(turn, checked.config, checked.why);
  endJob(turn);
}

function refused(turn: RefreshTurn, config: string, why: string): void {
  turn.state.reloadFailures++;
  tellPolicy(turn, { kind: 'config.refused', config, why, at: turn.now });
  note(turn, 'error', 'HAProxy refuses the new configuration; the running one stays', { why });
}

function reload(turn: RefreshTurn, running: RunningJob): void {
  const lately = refusedLately(turn.reload, turn.now);
  if (lately !== undefined && lately === running.checked.config) return endJob(turn);
  running.config = 'checked';
  running.step = 'reloading';
  turn.effects.push({ kind: 'reload', config: 'checked', reason: undefined });
}

function haproxyReloaded(turn: RefreshTurn, event: EventOf<'haproxy.reloaded'>): void {
  const running = runningAt(turn, 'reloading', 'restoring');
  if (running === undefined) return;
  const { outcome } = event;
  if (outcome.ok) loaded(turn, event.reason);
  else refused(turn, event.config, outcome.why);
  if (running.step === 'restoring') return outcome.ok ? restored(turn, running) : resolve(turn, running);
  if (running.job.kind === 'reload') return endJob(turn, { outcome });
  if (outcome.ok) serve(turn, 'checked');
  else leaveOutListeners(turn, event);
  endJob(turn, { changed: outcome.ok });
}

function loaded(turn: RefreshTurn, reason: string): void {
  const { state, effects } = turn;
  tellPolicy(turn, { kind: 'structure.served', at: turn.now });
  state.stale = false;
  state.reloads++;
  effects.push({ kind: 'forget-removed' });
  note(turn, 'info', 'HAProxy reloaded', { reason });
}

/** A worker that cannot bind a listener, which no check finds, names it: the next attempt leaves it out. */
function leaveOutListeners(turn: RefreshTurn, { faults }: EventOf<'haproxy.reloaded'>): void {
  const { state, now } = turn;
  if (!state.boot.cleanUp || faults.length === 0) return;
  rememberFaults(state, faults, now);
  lbTimers.wake(turn, { kind: 'refresh' }, now);
}

function serve({ state, effects }: RefreshTurn, config: ConfigName): void {
  state.adopted = undefined;
  effects.push({ kind: 'serve', config });
}

function setWeight({ state, effects }: RefreshTurn, { app, weight }: EventOf<'weight.set'>): void {
  const rest = [...state.weights].filter(([id]) => id !== app);
  state.weights = new Map(weight === undefined ? rest : [...rest, [app, weight]]);
  effects.push({ kind: 'keep-weights', weights: [...state.weights] });
}
