/** Valid things in one line, for the load balancer's tests. */

import { createHash } from 'node:crypto';
import type { LbBoot } from '../../lb/core/events';
import type { ServerLine } from '../../lb/core/render/server-line';
import type { BuildContext, ModelOptions } from '../../lb/core/services/options';

type Json = Record<string, unknown>;

/** A task on 127.0.0.1 that runs and is alive. */
export function taskJson(id: string, ports: readonly number[], more: Json = {}): Json {
  return { id, host: '127.0.0.1', state: 'TASK_RUNNING', ports, ...more };
}

/** An app in host networking, of the group external. */
export function appJson(id: string, servicePort: number, tasks: readonly Json[], more: Json = {}): Json {
  const { labels, ...rest } = more;
  return {
    id,
    labels: { HAPROXY_GROUP: 'external', ...(labels as Json | undefined) },
    networks: [{ mode: 'host' }],
    portDefinitions: [{ port: servicePort, protocol: 'tcp' }],
    healthChecks: [],
    tasks,
    ...rest,
  };
}

/** The values of a server's line: its name, endpoint and options. */
export function serverLine(
  name: string,
  endpoint: string,
  options = '',
  more: Partial<ServerLine> = {},
): ServerLine {
  const rest = { id: undefined, weight: undefined, draining: false, changeable: true };
  return { name, endpoint, options, ...rest, ...more };
}

const digest =
  (name: string) =>
  (text: string): string =>
    createHash(name).update(text).digest('hex');

/** Options as of marathon-lb: frontends everywhere on 80, 9090 and 9091. */
export const plainOptions: ModelOptions = {
  groups: ['external'],
  strict: false,
  healthCheck: true,
  serviceAddress: '*',
  httpIn: { address: '*', port: 80 },
  httpsIn: undefined,
  appIdIn: { address: '*', port: 9091 },
  stats: { address: '127.0.0.1', port: 9090 },
  admin: { address: '127.0.0.1', port: 9092 },
  process: {
    socket: '/tmp/meseta-lb/haproxy.sock',
    connectionsMax: 8000,
    drainSeconds: 600,
    prometheus: true,
    hostPattern: undefined,
    noClient: false,
    stateFile: '/tmp/meseta-lb/server-state',
    logs: [],
    logFormat: undefined,
    options: ['dontlognull', 'http-server-close', 'idle-close-on-response', 'redispatch 1'],
  },
  mapFolder: undefined,
  groupHttps: false,
  longestPathFirst: false,
  portRange: { min: 10_050, max: 10_100 },
  templateLabels: { groups: [], directives: [] },
  ownName: undefined,
  digests: { sha1: digest('sha1'), sha256: digest('sha256') },
};

/** A context in which agent names have addresses. */
export const addressContext: BuildContext = {
  addresses: new Map([
    ['127.0.0.1', '127.0.0.1'],
    ['agent1', '1.1.1.1'],
    ['agent2', '2.2.2.2'],
    ['agent3', '3.3.3.3'],
  ]),
  aliveByTask: new Map(),
  unbindable: new Map(),
  refused: new Map(),
};

/** A boot value of the load balancer's machine without waits. */
export const lbBoot: LbBoot = {
  endHaproxy: false,
  readLimitMs: 0,
  reloadWaitMs: 0,
  lingerMs: 0,
  startedAt: 0,
  drained: [],
  weights: [],
  cleanUp: false,
};
