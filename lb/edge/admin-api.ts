/**
 * The load balancer's own HTTP API: health, metrics, issues, traffic, drains, weights, and marathon-lb's control paths.
 */

import type { Reply, Request, Route } from '../../cluster/runtime/http/server';
import { ResponseStream } from '../../cluster/runtime/http/stream';
import type { Metrics } from '../../cluster/runtime/metrics';
import { encodeSse } from '../../cluster/runtime/streams/sse';
import { appIdMap, vhostMap } from '../core/render/maps';
import { printTraffic } from '../core/traffic/traffic';
import type { Balancer } from './balancer';
import type { Certificates } from './certificates';
import { DEADLINE_MAX_MS, type Drains, LISTENERS_MAX } from './drains';
import type { Follower } from './follow';
import type { Haproxy } from './haproxy';
import type { Supervisor } from './supervisor';
import type { Traffic } from './traffic';

export interface AdminDeps {
  readonly supervisor: Supervisor;
  readonly balancer: Balancer;
  readonly haproxy: Haproxy;
  readonly follower: Follower;
  readonly metrics: Metrics;
  readonly drains: Drains;
  readonly traffic: Traffic;
  readonly certificates: Certificates;
}

/** All routes. The signal paths take GET, too, as in marathon-lb; `changes` keeps browsers from being led there. */
export function adminRoutes(parts: AdminDeps): Route[] {
  const { balancer, haproxy, follower, metrics, traffic } = parts;
  const text = (path: string, read: () => string | Promise<string>): Route => ({
    path,
    methods: { GET: async (_request, reply) => reply.type('text/plain').send(await read()) },
  });
  const hup: Route['methods']['GET'] = (_request, reply) => {
    follower.trigger();
    return reply.type('text/plain').send('Sent SIGHUP signal to marathon-lb\n');
  };
  const usr1: Route['methods']['GET'] = async (_request, reply) => {
    const outcome = await balancer.reloadAgain('asked for by /_mlb_signal/usr1');
    if (outcome.ok) return reply.type('text/plain').send('Sent SIGUSR1 signal to marathon-lb\n');
    return reply.code(500).type('text/plain').send(`${outcome.why}\n`);
  };
  return [
    { path: '/health', methods: { GET: (_request, reply) => sendHealth(reply, parts) } },
    {
      path: '/issues',
      methods: { GET: (_request, reply) => reply.send(allIssues(parts)) },
    },
    text('/metrics', async () => (await metrics.prometheus()) + printTraffic(await traffic.read())),
    { path: '/v1/traffic', methods: { GET: async (_request, reply) => reply.send(await traffic.read()) } },
    ...drainRoutes(parts),
    weightRoute(balancer),
    text('/_haproxy_getconfig', () => balancer.config),
    text('/_haproxy_getvhostmap', () => vhostMap(balancer.model)),
    text('/_haproxy_getappmap', () => appIdMap(balancer.model)),
    text('/_haproxy_getpids', () => `${haproxy.pids().join(' ')}\n`),
    { path: '/_mlb_signal/hup', changes: true, methods: { GET: hup, POST: hup } },
    { path: '/_mlb_signal/usr1', changes: true, methods: { GET: usr1, POST: usr1 } },
  ];
}

/**
 * `POST /v1/drains {"task", "deadlineMs"}` drains a task and answers when its connections are done or the deadline is
 * over; `DELETE /v1/drains/TASK` puts it back; `GET /v1/drains/events` is an event stream of all changes.
 */
function drainRoutes({ drains }: AdminDeps): Route[] {
  const post = async (request: Request, reply: Reply): Promise<unknown> => {
    const body = readBody(request);
    const { task, deadlineMs = 0 } = body ?? {};
    const fits = typeof deadlineMs === 'number' && deadlineMs >= 0 && deadlineMs <= DEADLINE_MAX_MS;
    if (typeof task !== 'string' || task === '' || !fits)
      return reply
        .code(400)
        .send({ message: `expected {"task": ID, "deadlineMs": 0 to ${DEADLINE_MAX_MS}} as JSON` });
    return reply.send(await drains.takeOut(task, deadlineMs));
  };
  const events = (_request: Request, reply: Reply): unknown => {
    const stop = drains.listen((state) => stream.write(encodeSse('drain', JSON.stringify(state))));
    if (stop === undefined)
      return reply.code(429).send({ message: `there are ${LISTENERS_MAX} listeners already` });
    const beat = setInterval(() => stream.write('\r\n'), 10_000);
    const closed = (): void => {
      clearInterval(beat);
      stop();
    };
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
    const stream = new ResponseStream(reply, { headers, closed });
    return reply;
  };
  const task = (request: Request): string => (request.params as { task: string }).task;
  return [
    { path: '/v1/drains', methods: { POST: post } },
    { path: '/v1/drains/events', methods: { GET: events } },
    {
      path: '/v1/drains/:task',
      methods: {
        GET: async (request, reply) => reply.send(await drains.stateOf(task(request))),
        DELETE: async (request, reply) => reply.send(await drains.putBack(task(request))),
      },
    },
  ];
}

/** `PUT /v1/weights {"app", "weight"}`: the weight of each of an app's servers, 0 to 256; null takes it back. */
function weightRoute(balancer: Balancer): Route {
  const put = async (request: Request, reply: Reply): Promise<unknown> => {
    const { app, weight } = readBody(request) ?? {};
    const fits =
      weight === null || (Number.isInteger(weight) && Number(weight) >= 0 && Number(weight) <= 256);
    if (typeof app !== 'string' || !app.startsWith('/') || !fits)
      return reply
        .code(400)
        .send({ message: 'expected {"app": "/ID", "weight": 0 to 256, or null} as JSON' });
    if (!balancer.setWeight(app, weight === null ? undefined : Number(weight)))
      return reply.code(429).send({ message: 'there are too many weights; take some back with null' });
    await balancer.refresh();
    return reply.send(Object.fromEntries(balancer.state.weights));
  };
  const get = (_request: Request, reply: Reply): unknown =>
    reply.send(Object.fromEntries(balancer.state.weights));
  return { path: '/v1/weights', methods: { GET: get, PUT: put } };
}

function readBody({ body }: Request): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Answers 200 while HAProxy runs, else 503. An unreachable Marathon does not make the load balancer unhealthy. */
function sendHealth(reply: Reply, { supervisor, haproxy, follower }: AdminDeps): unknown {
  const up = haproxy.isUp();
  return reply.code(up ? 200 : 503).send({
    haproxy: up ? 'running' : 'down',
    ...supervisor.health,
    marathon: follower.streaming ? 'streaming' : 'polling',
    lastReadAt: follower.lastReadAt === undefined ? null : new Date(follower.lastReadAt).toISOString(),
  });
}

/** The issues of HAProxy, Marathon or the configuration as a whole, then those of apps and labels. */
function allIssues({ supervisor, balancer }: Pick<AdminDeps, 'supervisor' | 'balancer'>): readonly object[] {
  const { refusal, issues } = balancer;
  const text = `HAProxy refuses the wanted configuration, and goes on with the one before: ${refusal}`;
  const whole = refusal === undefined ? [] : [{ part: 'configuration', text }];
  return [...supervisor.issues, ...whole, ...issues];
}

/** Registers the metrics of this process. */
export function addMetrics({
  supervisor,
  balancer,
  haproxy,
  follower,
  metrics,
  certificates,
}: AdminDeps): void {
  const servers = (): number =>
    balancer.model.backends.reduce((sum, { servers: all }) => sum + all.length, 0);
  metrics.gauge('lb/backends', 'Backends that are served', () => balancer.model.backends.length);
  metrics.gauge('lb/servers', 'Servers in all backends', servers);
  metrics.gauge(
    'lb/issues',
    'Labels and apps that could not be used as asked, and faults of HAProxy',
    () => allIssues({ supervisor, balancer }).length,
  );
  metrics.gauge('lb/reloads', 'Reloads of HAProxy that worked', () => balancer.state.reloads);
  metrics.gauge(
    'lb/reload_failures',
    'Configurations that HAProxy refused',
    () => balancer.state.reloadFailures,
  );
  metrics.gauge('lb/commands', 'Changes made without a reload', () => balancer.state.commands);
  metrics.gauge('lb/certificate_swaps', 'Certificates replaced without a reload', () => certificates.swaps);
  metrics.gauge('lb/workers_cut', 'Old workers ended with their connections', () => haproxy.oldWorkers.cut);
  metrics.gauge('lb/haproxy_restarts', 'Times HAProxy ended by itself', () => haproxy.restarts);
  metrics.gauge('lb/haproxy_up', 'Whether HAProxy runs', () => (haproxy.isUp() ? 1 : 0));
  metrics.gauge('lb/marathon_streaming', 'Whether events are followed', () => (follower.streaming ? 1 : 0));
  metrics.gauge('lb/marathon_events', 'Events that led to reading the apps', () => follower.events);
  const violations = 'Violations of what is always true of the state';
  metrics.gauge('lb/invariant_violations', violations, () => supervisor.violations);
  metrics.gauge('lb/last_change_ms', 'From the last read apps to serving them', () => balancer.lastChangeMs);
}
