/**
 * Kills of tasks: a bounded number of calls is in flight, and each is repeated until the task's end is known.
 *
 * Always true: kills has an entry for each task that is to be killed and has not ended; those that were sent come first,
 * and are as many as the limit allows, so that each step costs the same with any number of kills.
 */

import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import type { CommonEffect } from '../../../../cluster/model/event';
import type { Millis } from '../../../../cluster/model/time';
import { killPolicy } from '../task/task-info';
import { type CallingTurn, callDurable } from './calls';
import { wake } from './timers';

export interface Kill {
  readonly taskId: string;
  readonly agentId?: string | undefined;
  /** The time between the two signals; that of the task without it. */
  readonly graceSeconds?: number | undefined;
  /** Time of the last kill call; undefined while it waits for its turn. */
  sentAt?: Millis | undefined;
}

export interface KillingTurn extends CallingTurn {
  readonly state: CallingTurn['state'] & {
    /** By the owner of the task, or its id. */
    readonly kills: Map<string, Kill>;
    readonly settings: { readonly killChunkSize: number; readonly killRetryMs: Millis };
  };
  readonly now: Millis;
  readonly effects: CallingTurn['effects'] & { push(effect: CommonEffect): unknown };
}

/** Kills a task; a second kill of one owner changes nothing. */
export function requestKill(turn: KillingTurn, owner: string, kill: Omit<Kill, 'sentAt'>): void {
  const { kills } = turn.state;
  if (kills.has(owner)) return;
  kills.set(owner, { ...kill });
  sendKills(turn);
}

/** Drops the kill of a task that has ended or is gone. */
export function forgetKill(turn: KillingTurn, owner: string): void {
  if (turn.state.kills.delete(owner)) sendKills(turn);
}

/** The `kill-retry` timer: repeats the kills that had no effect in time. */
export function retryKills(turn: KillingTurn): void {
  const { kills, settings } = turn.state;
  for (const kill of kills.values()) {
    if (kill.sentAt === undefined) break;
    if (turn.now >= kill.sentAt + settings.killRetryMs) sendKill(turn, kill);
  }
  sendKills(turn);
}

/** Sends all kills again after a new subscription. */
export function repeatKills(turn: KillingTurn): void {
  for (const kill of turn.state.kills.values()) kill.sentAt = undefined;
  sendKills(turn);
}

/** Kills a task that belongs to nothing. It is not repeated: reconciliation shows the task again. */
export function killOnce(turn: CallingTurn, kill: Omit<Kill, 'sentAt'>): void {
  callDurable(turn, killCall(kill));
}

/** Sends the kills that wait, as far as the limit allows. */
function sendKills(turn: KillingTurn): void {
  const { kills, settings } = turn.state;
  let inFlight = 0;
  for (const kill of kills.values()) {
    if (inFlight >= settings.killChunkSize) break;
    if (kill.sentAt === undefined) sendKill(turn, kill);
    inFlight++;
  }
  if (inFlight > 0) wakeForRetry(turn);
}

function sendKill(turn: KillingTurn, kill: Kill): void {
  kill.sentAt = turn.now;
  callDurable(turn, killCall(kill));
}

function killCall({ taskId, agentId, graceSeconds }: Omit<Kill, 'sentAt'>): scheduler.Call {
  return {
    type: 'KILL',
    kill: {
      task_id: { value: taskId },
      ...(agentId !== undefined && { agent_id: { value: agentId } }),
      ...killPolicy(graceSeconds),
    },
  };
}

function wakeForRetry(turn: KillingTurn): void {
  const { kills, settings } = turn.state;
  let next = Number.POSITIVE_INFINITY;
  for (const { sentAt } of kills.values()) {
    if (sentAt === undefined) break;
    next = Math.min(next, sentAt + settings.killRetryMs);
  }
  if (Number.isFinite(next)) wake(turn, { kind: 'kill-retry' }, next);
}
