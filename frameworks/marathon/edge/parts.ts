/**
 * The parts of Marathon: stored state, event bus, probes, requests, and the session with the master.
 */

import { randomInt } from 'node:crypto';
import type { ProcessContext } from '../../../cluster/runtime/process';
import { Requests } from '../../../cluster/runtime/requests';
import type { StateStore } from '../../../cluster/state/store';
import { openAccess } from '../../kit/edge/access/open-access';
import { Drain } from '../../kit/edge/drain';
import { REQUESTS_MAX } from '../../kit/edge/requests';
import { openSession } from '../../kit/edge/session';
import { loadStored } from '../../kit/edge/store';
import type { BusEvent } from '../api/events';
import type { MarathonConfig } from '../config';
import type { Answer } from '../core/state/effects';
import type { MarathonEvent } from '../core/state/events';
import type { MarathonState } from '../core/state/state';
import { PREFIX } from '../core/state/storage';
import { EventBus } from './bus';
import { Callbacks } from './callbacks';
import { HttpMetrics } from './http-metrics';
import { LogLevel } from './log-level';
import { MesosMetrics } from './mesos-metrics';
import { Probes } from './probes';

export type MarathonContext = ProcessContext<MarathonState, MarathonEvent>;
export type MarathonParts = Awaited<ReturnType<typeof marathonParts>>;

export async function marathonParts(config: MarathonConfig, store: StateStore, context: MarathonContext) {
  const { core, clock, life, log, metrics, end } = context;
  const startedAt = clock.now();
  const seed = randomInt(2 ** 32);
  const access = await openAccess(config.http, context);
  const stored = await loadStored(store, PREFIX);
  const probes = new Probes(core.post, config.probesMax);
  life.add(() => probes.stop());
  const mesosMetrics = new MesosMetrics(metrics, () => killedTasks(core.state));
  const scheduler = openSession({
    masters: config.masters,
    credentials: config.mesosCredentials,
    clock,
    log,
    seed,
    post: (event) => {
      if (event.kind === 'scheduler.update') mesosMetrics.update(event.status);
      core.post(event);
    },
    end,
  });
  life.add(() => scheduler.stop());
  const drain = new Drain(config.drain, (call) => scheduler.call(call), log, clock);
  life.add(() => drain.stop());
  const bus = new EventBus(clock, config.http.outstandingEventsMax);
  const callbacks = config.callbacks && (await Callbacks.open(config.callbacks, { store, clock, log }));
  life.add(() => callbacks?.stop());
  const logLevel = new LogLevel(log, clock, config.logLevel);
  life.add(() => logLevel.stop());
  return {
    context,
    core,
    store,
    startedAt,
    seed,
    access,
    stored,
    probes,
    mesosMetrics,
    httpMetrics: new HttpMetrics(metrics, () => clock.now()),
    scheduler,
    drain,
    logLevel,
    bus,
    callbacks,
    publish: (event: BusEvent, pod?: string) => {
      bus.publish(event, pod);
      callbacks?.publish(event);
    },
    requests: new Requests<Answer>(REQUESTS_MAX),
  };
}

function killedTasks(state: MarathonState | undefined): string[] {
  return [...(state?.kills.values() ?? [])].map(({ taskId }) => taskId);
}
