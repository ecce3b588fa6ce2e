/**
 * The routes about Marathon itself: `/ping`, `/metrics`, `/v2/info`, `/v2/leader`, `/v2/events`.
 */

import type { Route } from '../../../../cluster/runtime/http/server';
import { handlerOf, send } from '../../../kit/edge/rest/door';
import { ok } from '../../../kit/edge/rest/outcome';
import { queryAll } from '../../../kit/edge/rest/request';
import { failure } from '../../api/violations';
import type { RestContext } from './context';

export function systemRoutes(context: RestContext): Route[] {
  return [
    {
      path: '/ping',
      methods: {
        GET: (request, reply) => {
          const accept = request.headers.accept ?? '*/*';
          reply.headers(context.headers());
          if (/text\/plain|text\/\*|\*\/\*/.test(accept)) return reply.type('text/plain').send('pong');
          if (/application\/(json|\*)/.test(accept)) return reply.type('application/json').send('"pong"');
          return reply.code(204).send();
        },
      },
    },
    { path: '/metrics', methods: { GET: handlerOf(context, () => ok(context.metrics.snapshot())) } },
    { path: '/metrics/prometheus', methods: { GET: prometheus(context) } },
    { path: '/v2/info', methods: { GET: handlerOf(context, () => ok(infoOf(context))) } },
    { path: '/v2/leader', methods: { GET: handlerOf(context, () => ok({ leader: context.leader() })) } },
    { path: '/v2/events', methods: { GET: events(context) } },
  ];
}

function prometheus(context: RestContext): NonNullable<Route['methods']['GET']> {
  return async (_request, reply) => {
    if (!context.metricsPrometheus)
      return send(context, reply, failure(404, 'Prometheus reporter is disabled'));
    const text = await context.metrics.prometheus();
    return reply.headers(context.headers()).type('text/plain; version=0.0.4; charset=utf-8').send(text);
  };
}

function infoOf(context: RestContext): object {
  return {
    name: context.settings.frameworkName,
    version: context.version,
    buildref: 'meseta',
    elected: true,
    leader: context.leader(),
    frameworkId: context.read(({ session }) => session.frameworkId ?? null),
    ...context.info,
  };
}

/** The event stream. Readers that ask for something else are refused. */
function events(context: RestContext): NonNullable<Route['methods']['GET']> {
  return (request, reply) => {
    const accept = request.headers.accept ?? '';
    if (!accept.toLowerCase().includes('text/event-stream')) {
      return send(context, reply, failure(405, 'Method Not Allowed'));
    }
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
