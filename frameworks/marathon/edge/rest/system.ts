/**
 * The routes about Marathon itself: `/ping`, `/metrics`, `/openapi.json`, `/help`, `/config`, `/v2/info`, `/v2/plugins`,
 * `/v2/leader`, `/v2/events`.
 */

import type { Handler, Request, Route } from '../../../../cluster/runtime/http/server';
import { MESETA_VERSION } from '../../../../cluster/runtime/version';
import { preferredType } from '../../../kit/edge/rest/accept';
import { handlerOf, send } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, restOf } from '../../../kit/edge/rest/request';
import { marathonDocument } from '../../api/document';
import { failure } from '../../api/violations';
import type { RestContext } from './context';

const PONG_TYPES = ['text/plain', 'text/html', 'application/json'] as const;

export function systemRoutes(context: RestContext): Route[] {
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
    { path: '/metrics', methods: { GET: handlerOf(context, () => ok(context.metrics.snapshot())) } },
    { path: '/metrics/prometheus', methods: { GET: prometheus(context) } },
    {
      path: '/openapi.json',
      methods: { GET: handlerOf(context, () => ok(marathonDocument(MESETA_VERSION))) },
    },
    { path: '/help', methods: { GET: handlerOf(context, () => HELP) } },
    { path: '/config', methods: { GET: handlerOf(context, () => ok(context.flags)) } },
    { path: '/v2/info', methods: { GET: handlerOf(context, () => ok(infoOf(context))) } },
    ...pluginRoutes(context),
    { path: '/v2/leader', methods: { GET: handlerOf(context, () => ok({ leader: context.leader() })) } },
    { path: '/v2/events', methods: { GET: events(context), HEAD: headOfEvents(context) } },
  ];
}

/** The original has a console for its API there. */
const HELP: Outcome = { status: 302, headers: { location: '/openapi.json' } };

/** Plug-ins of the original are Java archives, so there are none. */
function pluginRoutes(context: RestContext): Route[] {
  const missing = handlerOf(context, (request) => {
    const [id] = restOf(request);
    return failure(404, `No plugin with this pluginId: ${id}`);
  });
  return [
    { path: '/v2/plugins', methods: { GET: handlerOf(context, () => ok({ plugins: [] })) } },
    {
      path: '/v2/plugins/*',
      methods: { GET: missing, PUT: missing, POST: missing, DELETE: missing },
    },
  ];
}

function prometheus(context: RestContext): Handler {
  return async (_request, reply) => {
    if (!context.metricsPrometheus)
      return send(context, reply, failure(404, 'Prometheus reporter is disabled'));
    const text = await context.metrics.prometheus();
    return reply.headers(context.headers()).type('text/plain; version=0.0.4; charset=utf-8').send(text);
  };
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
    const attached = context.bus.attach({
      reply,
      address: request.ip,
      types: new Set(queryAll(request, 'event_type')),
      headers: context.headers(),
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
  return handlerOf(context, (request) =>
    wantsEvents(request)
      ? { status: 200, text: '', type: 'text/event-stream' }
      : failure(405, 'Method Not Allowed'),
  );
}
