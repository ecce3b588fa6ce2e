/** Jobs in tests: read from a body, with the defaults of the original's flags. */

import type { Job } from '../../../frameworks/chronos/core/jobs/job';
import { jobPrinters } from '../../../frameworks/chronos/core/jobs/print-job';
import {
  type JobContext,
  type JobKind,
  type JobReading,
  readJob,
} from '../../../frameworks/chronos/core/jobs/read-job';
import { isRefusal } from '../../../frameworks/chronos/core/jobs/refusal';
import { UTC } from '../../../frameworks/chronos/core/schedule/zone';
import { NOW, RULES } from './schedules';

export const DEFAULTS = { cpus: 0.1, mem: 128, disk: 256, runAsUser: 'root' };

/** Printers with the defaults. */
export const PRINTERS = jobPrinters(DEFAULTS);

export function contextAt(now: number, members: Partial<JobContext> = {}): JobContext {
  return { rules: RULES, serverZone: UTC, now, base: 'v1', defaults: DEFAULTS, ...members };
}

export const CONTEXT = contextAt(NOW);

export function readingOf(body: object, now = NOW): JobReading {
  const reading = readJob(body, contextAt(now));
  if (isRefusal(reading)) throw new Error(reading.message);
  return reading;
}

export function jobOf(body: object): Job {
  return readingOf({ name: 'job', ...body }).job;
}

/** The message of the refusal of a body. */
export function refusalTextOf(body: unknown, kind?: JobKind, members: Partial<JobContext> = {}): string {
  const reading = readJob(body, contextAt(NOW, members), kind);
  return isRefusal(reading) ? `${reading.status} ${reading.message}` : 'accepted';
}
