/**
 * Marathon's HTTP server: its routes, the forms of its errors, and the place and access of its port.
 */

import { hostRule } from '../../../../cluster/runtime/http/hosts';
import type { ServerPlan } from '../../../../cluster/runtime/process';
import { rightsReader } from '../../../kit/edge/access/authorizer';
import type { DoorAccess } from '../../../kit/edge/access/open-access';
import { placesOf, schemeOf } from '../../../kit/edge/http-flags';
import { askCore } from '../../../kit/edge/requests';
import { authenticatorOf, errorAnswers } from '../../../kit/edge/rest/door';
import { Slices } from '../../../kit/edge/rest/slices';
import type { MarathonConfig } from '../../config';
import { marathonMetrics } from '../metrics';
import type { MarathonParts } from '../parts';
import { commonHeaders, type RestContext } from './context';
import { marathonRoutes } from './routes';

/** The version that `/v2/info` reports: the original's version of this API. */
const API_VERSION = '1.11.24';

export function marathonServer(config: MarathonConfig, parts: MarathonParts): ServerPlan {
  const plan = marathonPlan(config.http, restContext(config, parts), parts.access);
  return { ...plan, observer: parts.httpMetrics };
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
    openPaths: access.authenticator ? ['/ping'] : [],
    cors: http.cors,
    credentialsFlag: '--http_credentials',
    realm: http.realm,
    compress: http.isCompressing,
    mergesSlashes: true,
    ...errorAnswers(context),
  };
}

function restContext(config: MarathonConfig, parts: MarathonParts): RestContext {
  const { context, core, bus, callbacks, publish, requests, startedAt, access, httpMetrics } = parts;
  const { log, clock, metrics, server, tls } = context;
  const now = (): number => clock.now();
  const leader = (): string => `${config.settings.hostname}:${server().port}`;
  return {
    settings: config.settings,
    normalization: {
      defaultNetworkName: config.defaultNetworkName,
      mesosBridgeName: config.settings.mesosBridgeName,
    },
    log,
    bus,
    callbacks,
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
    headers: () => commonHeaders(`${schemeOf(config.http, tls() !== undefined)}://${leader()}`),
    errorBody: (_status, message) => ({ message }),
    read: core.read,
    ask: (request) => askCore(requests, core.post, request),
  };
}
