/** The session of a framework with the master: notices and refused calls become events of its core. */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { createScheduler, type Scheduler, type SchedulerOptions } from '../../scheduler/edge/scheduler';
import { eventOfNotice, type SchedulerEvent } from './scheduler-events';

/** The master refused a call, or it could not be sent. */
export interface RefusedCall {
  readonly kind: 'scheduler.refused';
  readonly call: scheduler.Call;
  readonly reason: string;
}

export interface SessionOptions
  extends Pick<SchedulerOptions, 'masters' | 'clock' | 'log' | 'seed' | 'credentials'> {
  readonly post: (event: SchedulerEvent | RefusedCall) => void;
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
