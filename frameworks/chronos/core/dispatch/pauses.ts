/** Pauses of jobs: a paused job starts nothing by itself, and its slots stay open until it is resumed. */

import type { Stamped } from '../../../../cluster/model/event';
import { answer } from '../../../kit/core/turn/answer';
import type { ChronosEvents } from '../state/events';
import type { JobEntry } from '../state/state';
import { saveDefinition, type Turn } from '../state/turn';
import { applyPolicy } from './admission';
import { requested } from './commands';
import { decideSlots } from './slots';

/** The reason of a pause without one. */
const NO_REASON = 'paused';

export function pauseJob(turn: Turn, event: Stamped<ChronosEvents, 'job.pause'>): void {
  const reason = event.reason.trim();
  setPause(turn, event, reason === '' ? NO_REASON : reason);
}

/** Slots that came due in the pause are decided now, by the lateness policy of the job. */
export function resumeJob(turn: Turn, event: Stamped<ChronosEvents, 'job.resume'>): void {
  setPause(turn, event, '');
}

function setPause(turn: Turn, event: { request: number; name: string }, pausedReason: string): void {
  const entry = requested(turn, event);
  if (entry === undefined) return;
  putPause(turn, entry, pausedReason);
  answer(turn, event.request, { ok: true, text: '' });
}

function putPause(turn: Turn, entry: JobEntry, pausedReason: string): void {
  const { record } = entry;
  entry.record = { ...record, job: { ...record.job, pausedReason } };
  saveDefinition(turn, record.job.name);
  applyPolicy(turn, entry);
  decideSlots(turn, entry);
}
