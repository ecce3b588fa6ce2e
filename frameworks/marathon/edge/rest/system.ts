/**
 * The routes about Marathon itself: `/ping`, `/metrics`, `/openapi.json`, `/help`, `/config`, `/v2/info`, `/v2/plugins`,
 * `/v2/events`, and those of its leader.
 */

import type { Handler, Request, Route } from '../../../../cluster/runtime/http/server';
import { MESETA_VERSION } from '../../../../cluster/runtime/version';
import type { Action, SystemKind } from '../../../kit/edge/access/authorizer';
import type { PluginEntry } from '../../../kit/edge/access/descriptor';
import { healthRoutes } from '../../../kit/edge/leadership/health';
import { preferredType } from '../../../kit/edge/rest/accept';
import { handlerOf, send } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, restOf } from '../../../kit/edge/rest/request';
import { marathonDocument } from '../../api/document';
import { failure } from '../../api/violations';
import { shownEvent } from '../event-rights';
import type { RestContext } from './context';
import { leaderRoutes } from './leader';

const PONG_TYPES = ['text/plain', 'text/html', 'application/json'] as const;

export function systemRoutes(context: RestContext): Route[] {
  const viewed = (path: string, kind: SystemKind, show: () => Outcome | Promise<Outcome>): Route => ({
    path,
    methods: {
      GET: handlerOf(context, (request) => {
        context.rights(request).demand('view', { kind });
        return show();
      }),
    },
  });
  return [
    {
      path: '/ping',
      methods: {
        GET: (request, reply) => {
          const type = preferredType(request.headers.accept, PONG_TYPES);
          reply.headers(context.headers());
          if (type === undefined) return reply.code(204).send();
          return reply.type(type).send(type === 'application/json' ? '"pong"' : 'pong');
        },
      },
    },
    viewed('/metrics', 'metrics', () => ok(context.metrics.snapshot())),
    viewed('/metrics/prometheus', 'metrics', () => prometheus(context)),
    {
      path: '/openapi.json',
      methods: { GET: handlerOf(context, () => ok(marathonDocument(MESETA_VERSION))) },
    },
    { path: '/help', methods: { GET: handlerOf(context, () => HELP) } },
    viewed('/config', 'config', () => ok(context.flags)),
    viewed('/v2/info', 'config', () => ok(infoOf(context))),
    ...pluginRoutes(context),
    ...leaderRoutes(context),
    ...healthRoutes(
      context,
      () => context.standing(),
      () => context.leader(),
    ),
    { path: '/v2/events', methods: { GET: events(context), HEAD: headOfEvents(context) } },
  ];
}

/** The original has a console for its API there. */
const HELP: Outcome = { status: 302, headers: { location: '/openapi.json' } };

/** There are no plugins with routes of their own. */
function pluginRoutes(context: RestContext): Route[] {
  const missing = (action: Action): Handler =>
    handlerOf(context, (request) => {
      context.rights(request).demand(action, { kind: 'plugins' });
      const [id] = restOf(request);
      return failure(404, `No plugin with this pluginId: ${id}`);
    });
  const list = handlerOf(context, (request) => {
    context.rights(request).demand('view', { kind: 'plugins' });
    return ok({ plugins: context.plugins.map(printPlugin) });
  });
  return [
    { path: '/v2/plugins', methods: { GET: list } },
    {
      path: '/v2/plugins/*',
      methods: {
        GET: missing('view'),
        PUT: missing('update'),
        POST: missing('create'),
        DELETE: missing('delete'),
      },
    },
  ];
}

/** A plugin without its configuration, which may have secrets. */
function printPlugin({ id, plugin, implementation, tags, info }: PluginEntry): object {
  return { id, plugin, implementation, ...(tags && { tags }), ...(info && { info }) };
}

async function prometheus(context: RestContext): Promise<Outcome> {
  if (!context.metricsPrometheus) return failure(404, 'Prometheus reporter is disabled');
  const text = await context.metrics.prometheus();
  return { status: 200, text, type: 'text/plain; version=0.0.4; charset=utf-8' };
}

function infoOf(context: RestContext): object {
  const { marathon_config: flags, ...others } = context.info;
  const { frameworkId, master } = context.read(({ session }) => session);
  const masterUrl = master === undefined ? null : `${master}/`;
  return {
    name: 'marathon',
    version: context.version,
    buildref: 'meseta',
    elected: true,
    leader: context.leader(),
    frameworkId: frameworkId ?? null,
    marathon_config: { ...flags, mesos_leader_ui_url: flags['mesos_leader_ui_url'] ?? masterUrl },
    ...others,
  };
}

/** The event stream. Readers that ask for something else are refused. */
function events(context: RestContext): Handler {
  return (request, reply) => {
    if (!wantsEvents(request)) return send(context, reply, failure(405, 'Method Not Allowed'));
    const rights = context.rights(request);
    if (!rights.may('view', { kind: 'events' })) return send(context, reply, rights.refusal());
    const attached = context.bus.attach({
      reply,
      address: request.ip,
      types: new Set(queryAll(request, 'event_type')),
      headers: { ...(reply.getHeaders() as Record<string, string>), ...context.headers() },
      shown: rights.isLimited
        ? (event, pod) =>
            context.standing().kind === 'leading'
              ? context.read((state) => shownEvent({ rights, state, pod }, event))
              : undefined
        : undefined,
    });
    if (!attached) return send(context, reply, failure(503, 'Too many event streams'));
    return undefined;
  };
}

function wantsEvents({ headers: { accept = '' } }: Request): boolean {
  return accept.toLowerCase().includes('text/event-stream');
}

/** No stream is opened for a request that takes none. */
function headOfEvents(context: RestContext): Handler {
  return handlerOf(context, (request) => {
    if (!wantsEvents(request)) return failure(405, 'Method Not Allowed');
    context.rights(request).demand('view', { kind: 'events' });
    return { status: 200, text: '', type: 'text/event-stream' };
  });
}
