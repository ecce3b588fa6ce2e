/**
 * The load balancer's own HTTP API: health, metrics, issues, and marathon-lb's control paths.
 */

import type { Route } from '../../cluster/runtime/http/server';
import type { Metrics } from '../../cluster/runtime/metrics';
import { appIdMap, vhostMap } from '../core/model';
import type { Balancer } from './balancer';
import type { Follower } from './follow';
import type { Haproxy } from './haproxy';

export interface AdminParts {
  readonly balancer: Balancer;
  readonly haproxy: Haproxy;
  readonly follower: Follower;
  readonly metrics: Metrics;
}

/** All paths. Signals answer to GET too, because marathon-lb's users send them so. */
export function adminRoutes({ balancer, haproxy, follower, metrics }: AdminParts): Route[] {
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
    { path: '/health', methods: { GET: (_request, reply) => sendHealth(reply, haproxy, follower) } },
    { path: '/issues', methods: { GET: (_request, reply) => reply.send(balancer.issues) } },
    text('/metrics', () => metrics.prometheus()),
    text('/_haproxy_getconfig', () => balancer.config),
    text('/_haproxy_getvhostmap', () => vhostMap(balancer.model)),
    text('/_haproxy_getappmap', () => appIdMap(balancer.model)),
    text('/_haproxy_getpids', () => `${haproxy.pids().join(' ')}\n`),
    { path: '/_mlb_signal/hup', methods: { GET: hup, POST: hup } },
    { path: '/_mlb_signal/usr1', methods: { GET: usr1, POST: usr1 } },
  ];
}

type Reply = Parameters<NonNullable<Route['methods']['GET']>>[1];

/** 200 while HAProxy runs, else 503. Marathon being away does not make the load balancer unhealthy. */
function sendHealth(reply: Reply, haproxy: Haproxy, follower: Follower): unknown {
  const up = haproxy.isUp();
  return reply.code(up ? 200 : 503).send({
    haproxy: up ? 'running' : 'down',
    marathon: follower.streaming ? 'streaming' : 'polling',
    lastReadAt: follower.lastReadAt === undefined ? null : new Date(follower.lastReadAt).toISOString(),
  });
}

/** Registers what this process counts. */
export function addMetrics({ balancer, haproxy, follower, metrics }: AdminParts): void {
  const servers = (): number =>
    balancer.model.backends.reduce((sum, { servers: all }) => sum + all.length, 0);
  metrics.gauge('lb/backends', 'Backends that are served', () => balancer.model.backends.length);
  metrics.gauge('lb/servers', 'Servers in all backends', servers);
  metrics.gauge('lb/issues', 'Labels and apps that could not be used as asked', () => balancer.issues.length);
  metrics.gauge('lb/reloads', 'Reloads of HAProxy that worked', () => balancer.reloads);
  metrics.gauge('lb/reload_failures', 'Configurations that HAProxy refused', () => balancer.reloadFailures);
  metrics.gauge('lb/haproxy_restarts', 'Times HAProxy ended by itself', () => haproxy.restarts);
  metrics.gauge('lb/haproxy_up', 'Whether HAProxy runs', () => (haproxy.isUp() ? 1 : 0));
  metrics.gauge('lb/marathon_streaming', 'Whether events are followed', () => (follower.streaming ? 1 : 0));
  metrics.gauge('lb/marathon_events', 'Events that led to reading the apps', () => follower.events);
  metrics.gauge('lb/last_change_ms', 'From the last read apps to serving them', () => balancer.lastChangeMs);
}
