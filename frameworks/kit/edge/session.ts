/** The session of a framework with the master: notices and refused calls become events of its core. */

import { createScheduler, type Scheduler, type SchedulerOptions } from '../../scheduler/edge/scheduler';
import { eventOfNotice, type SessionEvent } from './scheduler-events';

export interface SessionOptions
  extends Pick<SchedulerOptions, 'masters' | 'clock' | 'log' | 'seed' | 'credentials'> {
  readonly post: (event: SessionEvent) => void;
  /** The session cannot go on. */
  readonly end: (reason: string) => void;
}

/** Opens the session; it begins with the first FrameworkInfo. */
export function openSession({ post, end, ...options }: SessionOptions): Scheduler {
  return createScheduler({
    ...options,
    onNotice: (notice) => {
      const event = eventOfNotice(notice);
      if (event) post(event);
    },
    onRefused: (call, reason) => post({ kind: 'scheduler.refused', call, reason }),
    onBroken: (error) => end(error.stack ?? error.message),
  });
}
