/**
 * The parts of Marathon: stored state, event bus, probes, requests, and the session with the master.
 */

import { randomInt } from 'node:crypto';
import type { ProcessContext } from '../../../cluster/runtime/process';
import { Requests } from '../../../cluster/runtime/requests';
import type { StateStore } from '../../../cluster/state/store';
import { Drain } from '../../kit/edge/drain';
import { REQUESTS_MAX } from '../../kit/edge/requests';
import { eventOfNotice } from '../../kit/edge/scheduler-events';
import { loadStored } from '../../kit/edge/store';
import { createScheduler, type Scheduler } from '../../scheduler/edge/scheduler';
import type { MarathonConfig } from '../config';
import type { Answer } from '../core/state/effects';
import type { MarathonEvent } from '../core/state/events';
import type { MarathonState } from '../core/state/state';
import { PREFIX } from '../core/state/storage';
import { EventBus } from './bus';
import { Probes } from './probes';

export type MarathonContext = ProcessContext<MarathonState, MarathonEvent>;
export type MarathonParts = Awaited<ReturnType<typeof marathonParts>>;

export async function marathonParts(config: MarathonConfig, store: StateStore, context: MarathonContext) {
  const { core, clock, life, log } = context;
  const startedAt = clock.now();
  const seed = randomInt(2 ** 32);
  const stored = await loadStored(store, PREFIX);
  const probes = new Probes(core.post, config.probesMax);
  life.add(() => probes.stop());
  const scheduler = connectScheduler(config, context, seed);
  life.add(() => scheduler.stop());
  const drain = new Drain(config.drain, (call) => scheduler.call(call), log, clock);
  life.add(() => drain.stop());
  return {
    context,
    core,
    store,
    startedAt,
    seed,
    stored,
    probes,
    scheduler,
    drain,
    bus: new EventBus(clock, config.http.outstandingEventsMax),
    requests: new Requests<Answer>(REQUESTS_MAX),
  };
}

/** The session with the master; it begins with the first FrameworkInfo. */
function connectScheduler(config: MarathonConfig, context: MarathonContext, seed: number): Scheduler {
  const { core, clock, log, end } = context;
  return createScheduler({
    masters: config.masters,
    clock,
    log,
    seed,
    credentials: config.mesosCredentials,
    onNotice: (notice) => {
      const event = eventOfNotice(notice);
      if (event) core.post(event);
    },
    onRefused: (call, reason) => core.post({ kind: 'scheduler.refused', call, reason }),
    onBroken: (error) => end(error.stack ?? error.message),
  });
}
