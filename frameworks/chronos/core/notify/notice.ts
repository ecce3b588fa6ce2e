/** Notices to the owners of a job: what happened, with the subject of the original and a text of our own. */

import type { Millis } from '../../../../cluster/model/time';
import type { Job } from '../jobs/job';

/** The first three are those of the original. */
export const NOTICE_KINDS = [
  'deleted',
  'disabled',
  'failed',
  'recovered',
  'missed',
  'overdue',
  'slow',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** The rules without a flag: the original tells of these and of no others. */
export const DEFAULT_RULES: readonly NoticeKind[] = ['deleted', 'disabled', 'failed'];

export interface Notice {
  readonly kind: NoticeKind;
  /** The job as it was then; a deleted one is nowhere else. */
  readonly job: Job;
  readonly at: Millis;
  /** A clause for people; empty when the kind says all. */
  readonly reason: string;
  readonly taskId: string | undefined;
}

/** A notice as owners read it. */
export interface Message {
  readonly subject: string;
  /** Undefined where the subject says all. */
  readonly text: string | undefined;
}

const SUBJECTS: Readonly<Record<NoticeKind, (name: string) => string>> = {
  deleted: (name) => `Your job '${name}' was deleted!`,
  disabled: (name) => `job '${name}' disabled`,
  failed: (name) => `job '${name}' failed!`,
  recovered: (name) => `job '${name}' recovered!`,
  missed: (name) => `job '${name}' missed a slot!`,
  overdue: (name) => `job '${name}' is overdue!`,
  slow: (name) => `job '${name}' is slow!`,
};

/**
 * The message of a notice. The subject begins with the cluster's name in brackets; without one it begins with a blank,
 * as in the original (`MailClient.scala` and its like).
 */
export function messageOf(notice: Notice, clusterName: string | undefined): Message {
  const prefix = clusterName ? `[${clusterName}]` : '';
  return { subject: `${prefix} [Chronos] ${SUBJECTS[notice.kind](notice.job.name)}`, text: textOf(notice) };
}

function textOf({ kind, job, at, reason, taskId }: Notice): string | undefined {
  if (kind === 'deleted') return undefined;
  const lines = [
    `Time: ${new Date(at).toISOString()}`,
    kind === 'failed' && `Configured retries: ${job.retries}`,
    taskId !== undefined && `Task: ${taskId}`,
    reason !== '' && `Message: ${reason}`,
  ];
  return lines.filter((line) => line !== false).join('\n');
}
