/**
 * The gauges of a DNS process: its zone, and the source that this comes from.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Metrics } from '../../cluster/runtime/metrics';
import type { BuilderStatus } from '../core/supervisor/supervisor';
import type { DnsServer } from './dns-server';

interface GaugeSources {
  readonly answerer: Pick<DnsServer, 'responder'>;
  readonly status: BuilderStatus;
}

export function addGauges(metrics: Metrics, clock: Clock, sources: GaugeSources): void {
  const { responder } = sources.answerer;
  metrics.gauge('dns/names', 'Names in the zone', () => responder.size());
  metrics.gauge('dns/answers_kept', 'Prepared answers that are kept', () => responder.kept());
  metrics.gauge('dns/serial', 'Serial of the zone', () => responder.current()?.authority.serial ?? 0);
  metrics.gauge('dns/tasks', 'Tasks of the cluster', () => sources.status.tasks);
  metrics.gauge('dns/streaming', 'Whether changes are pushed by a master', () =>
    sources.status.source === 'stream' ? 1 : 0,
  );
  metrics.gauge('dns/source_failures', 'Loads and streams that failed', () => sources.status.failures);
  metrics.gauge('dns/stale_seconds', 'Time since a master was heard', () => {
    const { heardAt } = sources.status;
    return heardAt === 0 ? 0 : Math.max(0, Math.round((clock.now() - heardAt) / 1000));
  });
}
