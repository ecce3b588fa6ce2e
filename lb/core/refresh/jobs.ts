/**
 * The queue of jobs: refreshes, reloads of the running configuration, and previews, one at a time.
 *
 * Always true: a refresh that is wanted while another one runs begins after it, and all that want one by then share it.
 */

import type { Job, Outcome, RefreshTurn } from './refresh';
import { refusedApps } from './refusals';

/** Adds a job, which begins at once when none runs. */
export function enqueue(turn: RefreshTurn, job: Job): void {
  const { waiting } = turn.state;
  const shared = job.kind === 'refresh' ? waiting.findIndex(({ kind }) => kind === 'refresh') : -1;
  const other = waiting[shared];
  if (other === undefined) waiting.push(job);
  else waiting[shared] = { ...other, requests: [...other.requests, ...job.requests] };
  startNext(turn);
}

function startNext({ state, effects }: RefreshTurn): void {
  if (state.running !== undefined) return;
  const job = state.waiting.shift();
  if (job === undefined) return;
  state.running = {
    job,
    step: 'noticing',
    config: 'running',
    restarts: state.restartsSeen,
    commandsFailed: false,
    reason: '',
    checked: { config: '', why: '' },
    faults: [],
  };
  if (job.kind === 'refresh') return void effects.push({ kind: 'notice', restarts: state.restartsSeen });
  if (job.kind === 'reload') {
    state.running.step = 'reloading';
    effects.push({ kind: 'reload', config: 'running', reason: job.reason });
    return;
  }
  state.running.step = 'resolving';
  effects.push({ kind: 'resolve', apps: refusedApps(state) });
}

export interface JobEnd {
  readonly outcome?: Outcome;
  /** HAProxy has the wanted configuration by a change of this job, or the rest of it waits. */
  readonly changed?: boolean;
  readonly failed?: boolean;
}

/** Ends the running job: its requests are answered, and the next job begins. */
export function endJob(
  turn: RefreshTurn,
  { outcome = { ok: true }, changed = false, failed = false }: JobEnd = {},
): void {
  const { state, effects } = turn;
  const requests = state.running?.job.requests ?? [];
  state.running = undefined;
  effects.push({ kind: 'answer', requests, outcome, changed, failed });
  startNext(turn);
}
