/**
 * The HTTP interface: the original's look-ups and listings, health and metrics.
 */

import type { Handler, Reply, Request, Route } from '../../cluster/runtime/http/server';
import type { Metrics } from '../../cluster/runtime/metrics';
import type { Zone } from '../core/book';
import { listHosts, listServices, listTasks, listZone } from '../core/print';
import type { Source } from './follow';

export interface HttpOptions {
  readonly zone: () => Zone | undefined;
  readonly source: () => Source;
  readonly metrics: Metrics;
  readonly version: string;
  readonly refreshSeconds: number;
  /** Whether `/v1/enumerate` and `/v1/axfr` are served. */
  readonly enumeration: boolean;
}

/** The routes. Add one here, its shape in `../core/print.ts`, and a line in the README. */
export function httpRoutes(options: HttpOptions): Route[] {
  const { zone, version, refreshSeconds } = options;
  const get = (path: string, answer: (asked: string) => unknown): Route => ({
    path,
    methods: { GET: json(answer) },
  });
  const listings = [
    get('/v1/enumerate', () => listTasks(zone())),
    get('/v1/axfr', () => listZone(zone(), refreshSeconds)),
  ];
  return [
    get('/v1/version', () => ({ Service: 'Mesos-DNS', Version: version, URL: '' })),
    get('/v1/hosts/:name', (asked) => listHosts(zone(), asked)),
    get('/v1/services/:name', (asked) => listServices(zone(), asked)),
    ...(options.enumeration ? listings : []),
    { path: '/health', methods: { GET: (_request, reply) => health(options, reply) } },
    { path: '/metrics', methods: { GET: (_request, reply) => metricsText(options, reply) } },
  ];
}

/** Unknown paths, in the original's words. */
export function notFound(_request: Request, reply: Reply): unknown {
  return reply.code(404).type('text/plain').send('404: Page Not Found');
}

function json(answer: (asked: string) => unknown): Handler {
  return (request, reply) => {
    if (!acceptsJson(request.headers.accept)) {
      return reply.code(406).type('text/plain').send('406: Not Acceptable');
    }
    const { params } = request;
    const asked = typeof params === 'object' && params !== null ? Reflect.get(params, 'name') : undefined;
    return reply.type('application/json').send(printJson(answer(String(asked ?? ''))));
  };
}

function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || /\*\/\*|application\/json/.test(accept);
}

/** The original's layout: every line but the first begins with one blank more. */
function printJson(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll('\n', '\n ');
}

/** Unhealthy until there is something to answer from; old facts are better than none and stay healthy. */
function health({ zone, source }: HttpOptions, reply: Reply): unknown {
  const current = zone();
  return reply
    .code(current ? 200 : 503)
    .type('application/json')
    .send(
      JSON.stringify({
        healthy: current !== undefined,
        source: source(),
        serial: current?.authority.serial ?? 0,
      }),
    );
}

async function metricsText({ metrics }: HttpOptions, reply: Reply): Promise<unknown> {
  return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.prometheus());
}
