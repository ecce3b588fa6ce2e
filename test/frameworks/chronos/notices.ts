/** Notices in tests. */

import type { Notice } from '../../../frameworks/chronos/core/notify/notice';
import { jobOf } from './jobs';
import { NOW } from './schedules';

/** The notice of a failure of the job `a`, whose owner is a@example.org. */
export function noticeOf(members: Partial<Notice> = {}): Notice {
  const job = jobOf({ name: 'a', schedule: 'R//P1D', retries: 2, owner: 'a@example.org' });
  return { kind: 'failed', job, at: NOW, reason: 'TASK_FAILED', taskId: 'ct:1:0:a:', ...members };
}
