/** A turn of Chronos: the state, the effects, and the zone rules that the machine was made with. */

import { present } from '../../../../cluster/model/assert';
import type { Turn as MachineTurn } from '../../../../cluster/model/machine';
import { commit as commitChanges, saveAtCommit } from '../../../kit/core/turn/outbox';
import type { ZoneRules } from '../schedule/zone';
import type { ChronosEffect } from './effects';
import type { ChronosState, JobEntry } from './state';
import { definitionVariable, runVariable, stateVariable, textOfVariable, variablesOf } from './stored';
import { chronosTimers } from './timers';

export interface Turn extends MachineTurn<ChronosState, ChronosEffect> {
  readonly rules: ZoneRules;
}

export const { wake } = chronosTimers;

/** A variable has changed, or is gone; it is stored at the end of the turn. */
function saveVariable(turn: Turn, variable: string): void {
  saveAtCommit(turn, variable);
}

/** The definition of a job has changed, and so its state. */
export function saveDefinition(turn: Turn, name: string): void {
  saveVariable(turn, definitionVariable(name));
  saveVariable(turn, stateVariable(name));
}

/** Saves the part of a job that its runs change. */
export function saveState(turn: Turn, name: string): void {
  saveVariable(turn, stateVariable(name));
}

/** A run, or an entry for slots, has changed, or is gone. */
export function saveRun(turn: Turn, runId: string): void {
  saveVariable(turn, runVariable(runId));
}

/** All variables of a job that is about to be deleted. */
export function saveDeletion(turn: Turn, entry: JobEntry): void {
  for (const variable of variablesOf(entry)) saveVariable(turn, variable);
}

/** A new id of a run: `a:7`. Names have no colon, so it is unique. */
export function newRunId(turn: Turn, entry: JobEntry): string {
  const { name } = entry.record.job;
  saveState(turn, name);
  return `${name}:${entry.nextRun++}`;
}

export function entryOf(turn: Turn, name: string): JobEntry {
  return present(turn.state.jobs.get(name), `there is no job ${name}`);
}

/** Ends the step: changes go to the store. */
export function commit(turn: Turn): void {
  commitChanges(turn, (variable) => textOfVariable(turn.state, variable));
}
