/**
 * A framework of a benchmark: acknowledges every update at once and says what comes.
 */

import { userInfo } from 'node:os';
import type { Offer, TaskStatus } from '../../cluster/api/generated/mesos';
import type { Call } from '../../cluster/api/generated/scheduler';
import { systemClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { createScheduler } from '../../frameworks/scheduler/edge/scheduler';

export interface LoadScheduler {
  call(call: Call): void;
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly url: string;
  readonly name: string;
  readonly failoverSeconds: number;
  /** Tasks outlive their agents. */
  readonly checkpoint?: boolean;
  readonly offered: (offer: Offer) => void;
  /** After the update was acknowledged. */
  readonly updated?: (status: TaskStatus) => void;
}

/** Subscribes; calls carry the framework's id. */
export function loadScheduler({
  url,
  name,
  failoverSeconds,
  checkpoint = false,
  offered,
  updated,
}: LoadOptions): LoadScheduler {
  let frameworkId = '';
  const call = (made: Call): void => scheduler.call({ framework_id: { value: frameworkId }, ...made });
  const scheduler = createScheduler({
    masters: [url],
    clock: systemClock(),
    log: silentLogger,
    seed: 1,
    onRefused: () => undefined,
    onBroken: (error) => {
      throw error;
    },
    onNotice: (notice) => {
      if (notice.kind === 'subscribed') frameworkId = notice.subscribed.framework_id.value;
      if (notice.kind !== 'event') return;
      for (const offer of notice.event.offers?.offers ?? []) offered(offer);
      const status = notice.event.update?.status;
      if (!status?.uuid || !status.agent_id) return;
      const { task_id, agent_id, uuid } = status;
      call({ type: 'ACKNOWLEDGE', acknowledge: { task_id, agent_id, uuid } });
      updated?.(status);
    },
  });
  scheduler.setFramework({ user: userInfo().username, name, failover_timeout: failoverSeconds, checkpoint });
  return { call, stop: () => scheduler.stop() };
}
