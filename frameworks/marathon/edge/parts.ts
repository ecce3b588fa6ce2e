/** The parts of Marathon that outlive its terms: access, metrics, the event bus, requests, and the level of the log. */

import type { ProcessContext } from '../../../cluster/runtime/process';
import { Requests } from '../../../cluster/runtime/requests';
import { openAccess } from '../../kit/edge/access/open-access';
import { schemeOf } from '../../kit/edge/http-flags';
import { REQUESTS_MAX } from '../../kit/edge/requests';
import type { BusEvent } from '../api/events';
import type { MarathonConfig } from '../config';
import type { Answer } from '../core/state/effects';
import type { MarathonEvent } from '../core/state/events';
import type { MarathonState } from '../core/state/state';
import { EventBus } from './bus';
import type { CurrentTerm } from './current-term';
import { HttpMetrics } from './http-metrics';
import { LogLevel } from './log-level';
import { MesosMetrics } from './mesos-metrics';

export type MarathonContext = ProcessContext<MarathonState, MarathonEvent>;
export type MarathonParts = Awaited<ReturnType<typeof marathonParts>>;

export async function marathonParts(config: MarathonConfig, context: MarathonContext) {
  const { core, clock, life, log, metrics } = context;
  const access = await openAccess(config.http, context);
  const bus = new EventBus(clock, config.http.outstandingEventsMax);
  life.add(() => bus.stop());
  const logLevel = new LogLevel(log, clock, config.logLevel);
  life.add(() => logLevel.stop());
  const current: CurrentTerm = { term: undefined };
  return {
    config,
    context,
    core,
    startedAt: clock.now(),
    access,
    mesosMetrics: new MesosMetrics(metrics, () => killedTasks(core.state)),
    httpMetrics: new HttpMetrics(metrics, () => clock.now()),
    logLevel,
    bus,
    current,
    publish: (event: BusEvent, pod?: string) => {
      bus.publish(event, pod);
      current.term?.callbacks?.publish(event);
    },
    requests: new Requests<Answer>(REQUESTS_MAX),
  };
}

function killedTasks(state: MarathonState | undefined): string[] {
  return [...(state?.kills.values() ?? [])].map(({ taskId }) => taskId);
}

/** `host:port` as others reach us. */
export function addressOf({ settings }: MarathonConfig, { server }: MarathonContext): string {
  return `${settings.hostname}:${server().port}`;
}

/** The scheme by which others reach us. */
export function schemeOfOurs({ http }: MarathonConfig, { tls }: MarathonContext): 'http' | 'https' {
  return schemeOf(http, tls() !== undefined);
}
