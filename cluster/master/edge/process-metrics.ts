/**
 * The metrics of a running master: the numbers of its state, and those of its registry, messages, streams and election.
 */

import type { Clock } from '../../runtime/clock';
import { Timings } from '../../runtime/metrics';
import type { Core } from '../../runtime/process';
import type { MasterConfig } from '../config';
import type { MasterEvent } from '../core/state/events';
import type { MasterState } from '../core/state/state';
import { frameworkMetrics } from './framework-metrics';
import type { Leadership } from './http/leader';
import type { Inbox } from './inbox';
import { snapshot } from './metrics';
import type { RegistryStore } from './registry-store';

/** The sources of the numbers. */
export interface MetricsSources {
  readonly core: Core<MasterState, MasterEvent>;
  readonly clock: Clock;
  readonly timings: MasterTimings;
  readonly registry: Pick<RegistryStore, 'sizeBytes'>;
  readonly inbox: Inbox;
  readonly leadership: () => Leadership;
  readonly operators: EventStreams & { readonly pageHits: () => number };
  readonly schedulers: EventStreams;
}

interface EventStreams {
  readonly streams: { readonly unreadBytes: number };
}

export type MasterTimings = ReturnType<typeof createTimings>;

export function createTimings() {
  return {
    allocation: new Timings('allocator/mesos/allocation_run'),
    latency: new Timings('allocator/mesos/allocation_run_latency'),
    fetch: new Timings('registrar/state_fetch', false),
    store: new Timings('registrar/state_store'),
  };
}

/** The numbers of this moment, by name. */
export function masterMetrics(
  { publish_per_framework_metrics }: Pick<MasterConfig, 'publish_per_framework_metrics'>,
  sources: MetricsSources,
): Record<string, number> {
  const { read } = sources.core;
  return {
    ...read((state) => snapshot(state, sources.clock.now(), Object.values(sources.timings))),
    ...(publish_per_framework_metrics ? read(frameworkMetrics) : {}),
    'registrar/registry_size_bytes': sources.registry.sizeBytes,
    'master/http_cache_hits': sources.operators.pageHits(),
    'master/invariant_violations': sources.core.violations,
    'master/elected': sources.leadership().kind === 'leading' ? 1 : 0,
    ...read((state) => sources.inbox.metrics(state)),
    'master/event_streams/operators/unread_bytes': sources.operators.streams.unreadBytes,
    'master/event_streams/schedulers/unread_bytes': sources.schedulers.streams.unreadBytes,
  };
}
