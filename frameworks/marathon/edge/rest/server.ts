/**
 * Marathon's HTTP server: its routes, the forms of its errors, and the place and access of its port.
 */

import { hostRule } from '../../../../cluster/runtime/http/hosts';
import type { ServerPlan } from '../../../../cluster/runtime/process';
import { rightsReader } from '../../../kit/edge/access/authorizer';
import type { DoorAccess } from '../../../kit/edge/access/open-access';
import { placesOf } from '../../../kit/edge/http-flags';
import { Forwarder } from '../../../kit/edge/leadership/forward';
import { HEALTH_PATHS } from '../../../kit/edge/leadership/health';
import type { Standing } from '../../../kit/edge/leadership/standing';
import { askCore } from '../../../kit/edge/requests';
import { authenticatorOf, errorAnswers, NO_CACHE } from '../../../kit/edge/rest/door';
import { Slices } from '../../../kit/edge/rest/slices';
import type { MarathonConfig } from '../../config';
import type { Answer } from '../../core/state/effects';
import { abdicate } from '../abdicate';
import { forwardOptions } from '../forwarding';
import { marathonMetrics } from '../metrics';
import { addressOf, type MarathonParts, schemeOfOurs } from '../parts';
import { commonHeaders, type RestContext } from './context';
import { marathonRoutes } from './routes';

/** The version that `/v2/info` reports: the original's version of this API. */
const API_VERSION = '1.11.24';

/** The server: requests are passed on while another Marathon leads. */
export function marathonServer(parts: MarathonParts, standing: () => Standing): ServerPlan {
  const { config, context, access, httpMetrics } = parts;
  const rest = restContext(parts, standing);
  const forwarder = new Forwarder({
    ...forwardOptions(config, context),
    standing,
    door: rest,
    ownPaths: HEALTH_PATHS,
  });
  context.life.add(() => forwarder.stop());
  const plan = marathonPlan(config.http, rest, access);
  return { ...plan, observer: httpMetrics, before: forwarder.before };
}

/** The server for these settings; the routes answer by the context. */
export function marathonPlan(
  http: MarathonConfig['http'],
  context: RestContext,
  access: Partial<DoorAccess> = {},
): ServerPlan {
  return {
    what: 'Marathon',
    about: 'Apps are at /v2/apps, events at /v2/events, facts at /v2/info, the API at /openapi.json.',
    ...placesOf(http),
    routes: marathonRoutes(context),
    insecure: http.insecure,
    hosts: hostRule(http.hosts),
    credentials: access.credentials,
    users: access.users,
    bearer: access.bearer,
    authenticator: authenticatorOf(context, access.authenticator),
    openPaths: access.authenticator ? ['/ping', ...HEALTH_PATHS] : [],
    cors: http.cors,
    credentialsFlag: '--http_credentials',
    realm: http.realm,
    compress: http.isCompressing,
    mergesSlashes: true,
    ...errorAnswers(context),
  };
}

/** No machine gets the event of a request that comes now. */
const BETWEEN_TERMS: Answer = {
  ok: false,
  refusal: { code: 'deposed', message: 'the lead changes now, and nothing was done: ask again' },
};

function restContext(parts: MarathonParts, standing: () => Standing): RestContext {
  const { config, context, core, bus, current, publish, requests, startedAt, access, httpMetrics } = parts;
  const { log, clock, metrics } = context;
  const now = (): number => clock.now();
  const leader = (): string => addressOf(config, context);
  return {
    settings: config.settings,
    normalization: {
      defaultNetworkName: config.defaultNetworkName,
      mesosBridgeName: config.settings.mesosBridgeName,
    },
    log,
    bus,
    get callbacks() {
      return current.term?.callbacks;
    },
    publish,
    metrics: marathonMetrics({
      metrics,
      read: core.read,
      now,
      startedAt,
      streams: () => bus.size,
      streamed: () => bus.characters,
      http: httpMetrics,
      violations: () => core.violations,
    }),
    metricsPrometheus: config.metricsPrometheus,
    concurrentMax: config.http.concurrentMax,
    active: { count: 0 },
    version: API_VERSION,
    info: config.info,
    flags: config.shownFlags,
    logLevel: parts.logLevel,
    isCompressing: config.http.isCompressing,
    slices: new Slices(),
    plugins: access.plugins,
    rights: rightsReader(access.authorizer),
    now,
    leader,
    standing,
    abdicate: (handover) => abdicate(parts, handover),
    headers: () =>
      standing().kind === 'leading'
        ? commonHeaders(`${schemeOfOurs(config, context)}://${leader()}`)
        : NO_CACHE,
    errorBody: (_status, message) => ({ message }),
    read: core.read,
    ask: async (request) => (core.state ? await askCore(requests, core.post, request) : BETWEEN_TERMS),
  };
}
