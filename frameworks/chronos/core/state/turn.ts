/** A turn of Chronos: the state, the effects, and the zone rules that the machine was made with. */

import { present } from '../../../../cluster/model/assert';
import type { Turn as MachineTurn } from '../../../../cluster/model/machine';
import { announce, commit as commitChanges, saveAtCommit } from '../../../kit/core/turn/outbox';
import type { ZoneRules } from '../schedule/zone';
import type { ApiAnswer, ChronosEffect } from './effects';
import type { ChronosState, JobEntry } from './state';
import { chronosTimers } from './timers';

export interface Turn extends MachineTurn<ChronosState, ChronosEffect> {
  readonly rules: ZoneRules;
}

export const { wake } = chronosTimers;

const VARIABLE_PREFIX = 'job_';

/** The variable of a job. */
export function variableOf(name: string): string {
  return VARIABLE_PREFIX + name;
}

function jobOfVariable(variable: string): string {
  return variable.slice(VARIABLE_PREFIX.length);
}

/** The job has changed, or is gone; it is stored at the end of the turn. */
export function save(turn: Turn, name: string): void {
  saveAtCommit(turn, variableOf(name));
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

export function answer(turn: Turn, request: number, outcome: ApiAnswer): void {
  announce(turn, { kind: 'answer', request, answer: outcome });
}

/** Ends the step: changed jobs go to the store. */
export function commit(turn: Turn): void {
  commitChanges(turn, (variable) => {
    const entry = turn.state.jobs.get(jobOfVariable(variable));
    return entry && JSON.stringify(entry);
  });
}
