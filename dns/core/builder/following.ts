/**
 * Follows the cluster: over the event stream of the leading master while there is one, else by its state from time to time
 * (`cluster/model/follow/`).
 *
 * Each round asks every master for a stream, then every master for its state. Another list of masters ends the round,
 * whatever it waits for. The last facts stay until newer ones come. A failure is counted each time, and logged once until a
 * round goes well.
 *
 * In: started, masters.*, stream.*, state.read, attempt.ended, pids.read      Out: open, poll, close, load, ask-pids, lose
 */

import {
  type FollowEffect,
  type FollowEnd,
  type FollowTurn,
  follow,
  isCurrent,
} from '../../../cluster/model/follow/follow';
import { note } from '../../../cluster/model/machine';
import type { BuilderTurn } from './effects';
import type { EventOf } from './events';
import { factsLoaded, zoneChanged } from './publishing';
import { failed, heard } from './reporting';
import { builderTimers } from './state';

/** The time between a framework's event and the question for drivers' addresses, so that one answer serves several events. */
export const PIDS_AFTER_MS = 200;
const LOGGED_MAX = 1000;

/** Lets the part of the machine that follows a stream take an event, and acts on its effects. */
export function following(turn: BuilderTurn, take: (part: FollowTurn) => void): void {
  const part: FollowTurn = { state: turn.state.follow, now: turn.now, effects: [] };
  take(part);
  for (const effect of part.effects) translate(turn, effect);
}

function translate(turn: BuilderTurn, effect: FollowEffect): void {
  if (effect.kind === 'ended') ended(turn, effect);
  else turn.effects.push(effect);
}

export function started(turn: BuilderTurn): void {
  awaitLeader(turn);
  following(turn, (part) => follow.started(part, {}));
}

/**
 * Begins a new round with the first master of the new list, whatever this one waits for. While there is none the last list
 * stays.
 */
export function mastersChanged(turn: BuilderTurn, { masters }: EventOf<'masters.changed'>): void {
  if (masters.length === 0) return awaitLeader(turn);
  turn.state.lostAt = undefined;
  following(turn, (part) => follow['sources.changed'](part, { sources: masters }));
  zoneChanged(turn);
}

function awaitLeader(turn: BuilderTurn): void {
  const { state, now } = turn;
  if (state.detectionMs === 0) return;
  state.lostAt = now + state.detectionMs;
  builderTimers.wake(turn, { kind: 'detection' }, state.lostAt);
}

export function detectionDue({ state, now, effects }: BuilderTurn): void {
  if (state.lostAt === undefined || now < state.lostAt) return;
  state.lostAt = undefined;
  const seconds = Math.round(state.detectionMs / 1000);
  const reason = `no leader in ZooKeeper for ${seconds} seconds (--zk-detection-timeout)`;
  effects.push({ kind: 'lose', reason });
}

export function streamOpened(turn: BuilderTurn, { attempt, url }: EventOf<'stream.opened'>): void {
  const { ms } = turn.state.follow.policy.heartbeat;
  following(turn, (part) => follow.opened(part, { attempt, url, heartbeatMs: ms }));
}

export function streamBegun(turn: BuilderTurn, event: EventOf<'stream.begun'>): void {
  const { state, effects } = turn;
  const { attempt } = event;
  if (!isCurrent(state.follow, attempt) || state.follow.phase !== 'opened') return;
  const heartbeatMs = event.heartbeatMs ?? state.follow.policy.heartbeat.ms;
  following(turn, (part) => follow.begun(part, { attempt, heartbeatMs }));
  state.source = 'stream';
  note(turn, 'info', 'following the event stream', { master: state.follow.url });
  effects.push({ kind: 'load', attempt });
  noteFacts(turn, event);
  factsLoaded(turn);
}

export function streamApplied(turn: BuilderTurn, event: EventOf<'stream.applied'>): void {
  const { attempt, changed, frameworks } = event;
  if (changed) zoneChanged(turn);
  if (!isFollowed(turn, attempt)) return;
  following(turn, (part) => follow.heard(part, { attempt }));
  if (frameworks && turn.state.pidsDueFor !== attempt) {
    turn.state.pidsDueFor = attempt;
    builderTimers.wake(turn, { kind: 'pids' }, turn.now + PIDS_AFTER_MS);
  }
  heard(turn);
}

export function pidsDue(turn: BuilderTurn): void {
  const { state, effects } = turn;
  const attempt = state.pidsDueFor;
  state.pidsDueFor = undefined;
  if (attempt !== undefined && isFollowed(turn, attempt))
    effects.push({ kind: 'ask-pids', attempt, url: state.follow.url });
}

function isFollowed({ state }: BuilderTurn, attempt: number): boolean {
  return isCurrent(state.follow, attempt) && state.follow.phase === 'following';
}

export function stateRead(turn: BuilderTurn, event: EventOf<'state.read'>): void {
  const { state, effects } = turn;
  const { attempt, url } = event;
  if (!isCurrent(state.follow, attempt) || state.follow.phase !== 'polling') return;
  following(turn, (part) => follow.polled(part, { attempt, url }));
  if (state.source !== 'poll') note(turn, 'info', 'no event stream: polling the state', { master: url });
  state.source = 'poll';
  state.logged.clear();
  effects.push({ kind: 'load', attempt });
  noteFacts(turn, event);
  heard(turn);
  factsLoaded(turn);
}

function noteFacts(
  turn: BuilderTurn,
  { tasks, agents }: { readonly tasks: number; readonly agents: number },
) {
  note(turn, 'debug', 'all facts anew', { tasks, agents });
}

function ended(turn: BuilderTurn, end: FollowEnd): void {
  const { state } = turn;
  if (end.cause !== 'replaced') noteEnd(turn, end);
  if (end.wentWell) state.logged.clear();
  if (end.cause === 'replaced' || state.follow.phase === 'waiting') state.source = 'none';
}

function noteEnd(turn: BuilderTurn, { phase, cause, url: master, reason: error }: FollowEnd): void {
  if (phase === 'opening') return note(turn, 'debug', 'no event stream', { master, error });
  if (phase === 'polling') return report(turn, 'cannot load the state', { master, error });
  if (cause === 'silent') {
    const silentMs = turn.now - turn.state.follow.heardAt;
    note(turn, 'warn', 'no heartbeat on the event stream', { silentMs });
  }
  if (error !== '') report(turn, 'the event stream broke', { master, error });
  else if (phase === 'following') report(turn, 'the event stream ended', { master });
}

/** Counts a failure, and logs it unless it was logged since a round last went well. */
function report(
  turn: BuilderTurn,
  text: string,
  fields: { readonly master: string; readonly error?: string },
): void {
  const { logged } = turn.state;
  failed(turn);
  const line = JSON.stringify([text, fields]);
  if (logged.has(line)) return;
  if (logged.size > LOGGED_MAX) logged.clear();
  logged.add(line);
  note(turn, 'warn', text, fields);
}
