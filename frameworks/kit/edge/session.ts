/** The session of a framework with the leading master, for one term: notices and refused calls become events of its core. */

import type { Lifetime } from '../../../cluster/runtime/lifecycle';
import type { ZkUrl } from '../../../cluster/zookeeper/core/url';
import { createScheduler, type Scheduler, type SchedulerOptions } from '../../scheduler/edge/scheduler';
import { followMasters } from './masters';
import { eventOfNotice, type SessionEvent } from './scheduler-events';

export interface SessionOptions
  extends Pick<SchedulerOptions, 'masters' | 'clock' | 'log' | 'seed' | 'credentials'> {
  /** ZooKeeper, where that says which master leads. */
  readonly masterZk: ZkUrl | undefined;
  readonly post: (event: SessionEvent) => void;
  /** The session ends with it. */
  readonly life: Lifetime;
  /** The session cannot go on. */
  readonly resign: (reason: string) => void;
}

/** Opens the session; it begins with the first FrameworkInfo. */
export function openSession({ masterZk, post, life, resign, ...options }: SessionOptions): Scheduler {
  const { clock, log } = options;
  const scheduler = createScheduler({
    ...options,
    onNotice: (notice) => {
      const event = eventOfNotice(notice);
      if (event) post(event);
    },
    onRefused: (call, reason) => post({ kind: 'scheduler.refused', call, reason }),
    onBroken: (error) => resign(error.stack ?? error.message),
  });
  life.add(() => scheduler.stop());
  if (masterZk) {
    const masters = followMasters(masterZk, { context: { clock, log }, scheduler });
    life.add(() => masters.stop());
  }
  return scheduler;
}
