/**
 * A turn of Chronos: the state, the effects, and the zone rules that the machine was made with.
 *
 * Durable before announced: launches, kills, answers and notices are held until the changes before them are stored.
 */

import { present } from '../../../../cluster/model/assert';
import type { Turn as MachineTurn } from '../../../../cluster/model/machine';
import type { ZoneRules } from '../schedule/zone';
import type { ApiAnswer, ChronosEffect, StoreChange } from './effects';
import type { ChronosState, JobEntry } from './state';
import { chronosTimers } from './timers';

export interface Turn extends MachineTurn<ChronosState, ChronosEffect> {
  readonly rules: ZoneRules;
}

export const { wake } = chronosTimers;

/** The variable of a job. */
export function variableOf(name: string): string {
  return `job_${name}`;
}

/** The job has changed, or is gone; it is stored at the end of the turn. */
export function save(turn: Turn, name: string): void {
  turn.state.outbox.changed.add(name);
}

/** A new id of a run: `a:7`. Names have no colon, so it is unique. */
export function newRunId(turn: Turn, entry: JobEntry): string {
  const { name } = entry.record.job;
  save(turn, name);
  return `${name}:${entry.nextRun++}`;
}

export function jobNameOf(runId: string): string {
  return runId.slice(0, runId.lastIndexOf(':'));
}

export function entryOf(turn: Turn, name: string): JobEntry {
  return present(turn.state.jobs.get(name), `there is no job ${name}`);
}

/** Emits an effect once all changes before it are durable. */
export function announce({ state: { outbox }, effects }: Turn, effect: ChronosEffect): void {
  if (outbox.changed.size > 0) outbox.heldNext.push(effect);
  else if (outbox.inFlight !== undefined) outbox.held.push(effect);
  else effects.push(effect);
}

export function answer(turn: Turn, request: number, outcome: ApiAnswer): void {
  announce(turn, { kind: 'answer', request, answer: outcome });
}

/** Ends the step: changes go to the store unless a commit is in flight. */
export function commit({ state, effects }: Turn): void {
  const { outbox } = state;
  if (outbox.inFlight !== undefined || outbox.changed.size === 0) return;
  const ticket = outbox.nextTicket++;
  const changes = [...outbox.changed].map((name) => changeOf(state, name));
  outbox.changed.clear();
  outbox.inFlight = ticket;
  outbox.held = outbox.heldNext;
  outbox.heldNext = [];
  effects.push({ kind: 'store', ticket, changes });
}

function changeOf(state: ChronosState, name: string): StoreChange {
  const entry = state.jobs.get(name);
  return { name: variableOf(name), value: entry && JSON.stringify(entry) };
}

/** The commit is durable: what waited for it goes out. */
export function release({ state: { outbox }, effects }: Turn, ticket: number): void {
  if (outbox.inFlight !== ticket) return;
  outbox.inFlight = undefined;
  effects.push(...outbox.held);
  outbox.held = [];
}
