/**
 * The HTTP interface: the original's look-ups and listings (`configureHTTP` in resolver/resolver.go of Mesos-DNS), and our
 * explanations, changes, health and metrics.
 */

import type { Handler, Method, Reply, Request, Route } from '../../cluster/runtime/http/server';
import type { Metrics } from '../../cluster/runtime/metrics';
import { listHosts, listServices, printJson } from '../core/answer/listings';
import type { BuilderStatus } from '../core/supervisor/supervisor';
import type { Zone } from '../core/zone/zone';
import type { Watchers } from './watch';
import type { ZoneBuilder } from './zone-builder';

export interface HttpOptions {
  readonly zone: () => Zone | undefined;
  readonly source: Pick<ZoneBuilder, 'ask'>;
  readonly status: () => BuilderStatus;
  /** True when the zone is too old to be answered from. */
  readonly expired: () => boolean;
  readonly config: () => object;
  readonly watchers: Watchers;
  readonly metrics: Metrics;
  readonly version: string;
  /** True to serve `/v1/enumerate`, `/v1/axfr` and `/v1/watch`. */
  readonly enumeration: boolean;
}

const TEXT = 'text/plain; charset=utf-8';

/** JSON that is made here, or comes from the zone builder. */
type Json = string | Promise<Uint8Array>;

/** The routes. Add one here, its shape in `../core/answer/listings.ts`, and a line in the README. */
export function httpRoutes(options: HttpOptions): Route[] {
  const { zone, version, source, watchers } = options;
  const get = (path: string, answer: (name: string) => Json): Route => ({
    path,
    methods: { GET: json(answer), HEAD: headRefused },
  });
  const serial = (): number => zone()?.authority.serial ?? 0;
  const listings: Route[] = [
    get('/v1/enumerate', () => source.ask('enumerate', '')),
    get('/v1/axfr', () => source.ask('axfr', '')),
    { path: '/v1/watch', methods: { GET: (request, reply) => watchers.add(request, reply, serial()) } },
  ];
  return [
    get('/v1/version', () => printJson({ Service: 'Mesos-DNS', URL: '', Version: version })),
    get('/v1/config', () => printJson(options.config())),
    get('/v1/hosts/:name', (name) => printJson(listHosts(zone(), name))),
    get('/v1/services/:name', (name) => printJson(listServices(zone(), name))),
    get('/v1/explain/:name', (name) => source.ask('explain', name)),
    { path: '/v1/hosts/:name/ports', methods: { GET: checked(notImplemented), HEAD: headRefused } },
    ...(options.enumeration ? listings : []),
    { path: '/health', methods: { GET: (_request, reply) => health(options, reply) } },
    { path: '/metrics', methods: { GET: (_request, reply) => metricsText(options, reply) } },
  ];
}

/** Unknown paths, in the original's words. */
export function notFound(_request: Request, reply: Reply): unknown {
  return reply.code(404).type(TEXT).send('404: Page Not Found');
}

/** Known paths with another method, in the original's words. */
export function methodNotAllowed(_request: Request, reply: Reply, allowed: readonly Method[]): unknown {
  const named = allowed.filter((method) => method !== 'HEAD').join(', ');
  return reply.code(405).header('allow', named).type(TEXT).send('405: Method Not Allowed');
}

function headRefused(request: Request, reply: Reply): unknown {
  return methodNotAllowed(request, reply, ['GET']);
}

function notImplemented(_request: Request, reply: Reply): unknown {
  return reply.code(501).type(TEXT).send('To be implemented...');
}

function json(answer: (name: string) => Json): Handler {
  return checked(async ({ params }, reply) => {
    const name: unknown =
      typeof params === 'object' && params !== null ? Reflect.get(params, 'name') : undefined;
    const body = await answer(String(name ?? ''));
    // A text would get a charset beside its type.
    return reply.type('application/json').send(typeof body === 'string' ? Buffer.from(body) : bufferOf(body));
  });
}

/** Refuses requests that do not take JSON or send something else. */
function checked(handler: Handler): Handler {
  return (request, reply) => {
    if (!acceptsJson(request.headers.accept)) return reply.code(406).type(TEXT).send('406: Not Acceptable');
    if (hasOtherBody(request)) return reply.code(415).type(TEXT).send('415: Unsupported Media Type');
    return handler(request, reply);
  };
}

/** A Buffer of the same bytes, without a copy. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function acceptsJson(accept: string | undefined): boolean {
  return !accept || /\*\/\*|application\/json/.test(accept);
}

function hasOtherBody({ headers }: Request): boolean {
  const length = Number(headers['content-length'] ?? 0);
  return length > 0 && !/^application\/json\b/i.test(headers['content-type'] ?? '');
}

/** Answers 503 until there is a zone, and when that is too old by `--stale-seconds-max`. */
function health({ zone, status, expired }: HttpOptions, reply: Reply): unknown {
  const current = zone();
  const healthy = current !== undefined && !expired();
  const { source } = status();
  return reply
    .code(healthy ? 200 : 503)
    .type('application/json')
    .send(JSON.stringify({ healthy, source, serial: current?.authority.serial ?? 0 }));
}

async function metricsText({ metrics }: HttpOptions, reply: Reply): Promise<unknown> {
  return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.prometheus());
}
