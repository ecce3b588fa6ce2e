/** The parts of Chronos that outlive its terms: the rules of zones, notices, requests, and the REST API. */

import { setLogLevel } from '../../../cluster/runtime/log';
import type { ProcessContext, ServerPlan } from '../../../cluster/runtime/process';
import { Requests } from '../../../cluster/runtime/requests';
import { callerTrust } from '../../../cluster/runtime/tls/settings';
import type { DoorAccess } from '../../kit/edge/access/open-access';
import { schemeOf } from '../../kit/edge/http-flags';
import { Forwarder } from '../../kit/edge/leadership/forward';
import { HEALTH_PATHS, healthRoutes } from '../../kit/edge/leadership/health';
import type { Standing } from '../../kit/edge/leadership/standing';
import { askCore, REQUESTS_MAX } from '../../kit/edge/requests';
import type { ChronosConfig } from '../config';
import type { ZoneRules } from '../core/schedule/zone';
import type { ApiAnswer } from '../core/state/effects';
import type { ChronosEvent, NewChronosEvent } from '../core/state/events';
import type { ChronosState } from '../core/state/state';
import { openChannels } from './notify/channels';
import { Notifier } from './notify/notifier';
import { Outputs } from './outputs';
import { type ChronosRest, chronosRest } from './rest/server';
import { serverZone } from './zone-rules';

export type ChronosContext = ProcessContext<ChronosState, ChronosEvent>;

export interface ChronosParts {
  readonly config: ChronosConfig;
  readonly context: ChronosContext;
  readonly requests: Requests<ApiAnswer>;
  readonly notifier: Notifier;
  readonly rest: ChronosRest;
  readonly outputs: Outputs;
}

/** The surroundings of the parts, from the start of the process. */
export interface ChronosNeeds {
  readonly rules: ZoneRules;
  readonly access: DoorAccess;
}

export function chronosParts(
  config: ChronosConfig,
  needs: ChronosNeeds,
  context: ChronosContext,
): ChronosParts {
  const { life } = context;
  const requests = new Requests<ApiAnswer>(REQUESTS_MAX);
  const notifier = openNotifier(config, context);
  life.add(() => notifier.stop());
  const rest = openRest(config, { ...needs, context, requests });
  life.add(() => rest.changes.stop());
  const outputs = new Outputs({
    bytesMax: config.outputBytesMax,
    log: context.log,
    onOutput: (taskId, output) => context.core.post({ kind: 'task.output', taskId, output }),
  });
  life.add(() => outputs.stop());
  return { config, context, requests, notifier, rest, outputs };
}

/** `host:port` as others reach us. */
export function addressOf({ framework, http }: ChronosConfig, { server }: ChronosContext): string {
  return `${framework.hostname}:${http.advertisedPort ?? server().port}`;
}

/** Our URL as others reach us, for the pages of the master. */
export function urlOf(config: ChronosConfig, context: ChronosContext): string {
  return `${schemeOf(config.http, context.tls() !== undefined)}://${addressOf(config, context)}`;
}

/** The server: requests are passed on while another Chronos leads, except for the health of this one. */
export function chronosServer({ config, context, rest }: ChronosParts, standing: () => Standing): ServerPlan {
  const { log, life, tls } = context;
  const forwarder = new Forwarder({
    standing,
    door: rest.door,
    what: 'Chronos',
    ownPaths: HEALTH_PATHS,
    log,
    tls: tls() && callerTrust(process.env),
  });
  life.add(() => forwarder.stop());
  const health = healthRoutes(rest.door, standing, () => addressOf(config, context));
  return { ...rest.plan, routes: [...rest.plan.routes, ...health], before: forwarder.before };
}

function openNotifier({ notices }: ChronosConfig, { clock, log, metrics }: ChronosContext): Notifier {
  const { channels, rules, clusterName } = notices;
  return new Notifier({
    channels: openChannels(channels, log),
    rules,
    clusterName,
    clock,
    log,
    metrics: {
      delivered: metrics.counter('chronos_notices_delivered', 'Notices that were delivered'),
      failed: metrics.counter('chronos_notices_failed', 'Notices that could not be delivered'),
    },
  });
}

/** No machine gets the event of a request that comes now. */
const BETWEEN_TERMS: ApiAnswer = {
  ok: false,
  refusal: { status: 503, message: 'Chronos: the lead changes now, and nothing was done: ask again' },
};

interface RestNeeds extends ChronosNeeds {
  readonly context: ChronosContext;
  readonly requests: Requests<ApiAnswer>;
}

function openRest(config: ChronosConfig, { rules, access, context, requests }: RestNeeds): ChronosRest {
  const { core, clock, log, metrics } = context;
  const settings = {
    defaults: config.jobs,
    serverZone: serverZone(rules),
    historyLimit: config.historyLimit,
    isCompressing: config.http.isCompressing,
  };
  return chronosRest(
    settings,
    { ...config.http, ...access },
    {
      read: core.read,
      ask: async (command) =>
        core.state ? await askCore<ApiAnswer, NewChronosEvent>(requests, core.post, command) : BETWEEN_TERMS,
      leader: () => addressOf(config, context),
      setLogLevel: (level) => setLogLevel(log, level),
      rules,
      clock,
      metrics,
      startedAt: clock.now(),
      violations: () => core.violations,
      counters: () => reviveCounters(core.state),
    },
  );
}

function reviveCounters(state: ChronosState | undefined): Readonly<Record<string, number>> {
  const revives = state?.mesos?.counters.revives ?? 0;
  return {
    'MesosOfferReviver.reviveOffersCount': revives,
    'MesosOfferReviver.reviveOffersRequestCount': revives,
  };
}
