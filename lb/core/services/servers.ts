/**
 * Names the servers of a service: the tasks that serve its port, with ids, cookies, weights and ports of health checks.
 *
 * Always true: ordered by host, then port; no two servers of a service have the same name or id.
 */

import type { App, HealthCheck, Task } from '../apps/apps';
import { type PortLabels, portLabels } from '../labels/labels';
import { cookieValue, serverId, serverName } from './names';
import type { BuildContext, ModelOptions } from './options';
import type { Server } from './service';

export interface ServerSettings {
  readonly index: number;
  readonly labels: PortLabels;
  readonly check: HealthCheck | undefined;
  readonly checkIndex: number | undefined;
}

/** The servers of the port that `settings` describe; a task without an address or this port has none. */
export function serversOf(
  app: App,
  settings: ServerSettings,
  options: ModelOptions,
  context: BuildContext,
): Server[] {
  const places = app.tasks
    .filter((task) => !options.healthCheck || app.healthChecks.length === 0 || isAlive(task, context))
    .flatMap((task) => {
      const address = task.ip ?? context.addresses.get(task.host);
      const port = task.ports[settings.index];
      return address && port ? [{ task, host: task.host, address, port }] : [];
    })
    .sort(byHostAndPort);
  const ids = new Set<number>();
  const names = new Set<string>();
  return places.flatMap(({ task, host, address, port }): Server[] => {
    const name = serverName(host, address, port);
    if (names.has(name)) return [];
    names.add(name);
    const id = serverId(name, ids, options.digests);
    ids.add(id);
    return [
      {
        name,
        host,
        address,
        port,
        id,
        cookie: cookieValue(name, options.digests),
        taskId: task.id,
        app: task.app ?? app.id,
        version: task.version,
        checkPort: checkPort(task, port, settings),
        weight: weightOf(app, task, settings.index, context),
        draining: task.draining === true || (context.drained?.has(task.id) ?? false),
      },
    ];
  });
}

interface HostPort {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

function byHostAndPort(a: HostPort, b: HostPort): number {
  if (a.host !== b.host) return a.host < b.host ? -1 : 1;
  return a.port - b.port || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0);
}

/** The port of the health check for the server's line; undefined for the server's own port. */
function checkPort(
  task: Task,
  serverPort: number,
  { labels, check, checkIndex }: ServerSettings,
): number | undefined {
  if (check === undefined) return undefined;
  if (labels.BACKEND_HEALTHCHECK_PORT_INDEX === undefined) return check.port;
  return (checkIndex === undefined ? undefined : task.ports[checkIndex]) ?? serverPort;
}

/** The weight set over the API, else the SERVER_WEIGHT of the task's own app. */
function weightOf(app: App, task: Task, index: number, context: BuildContext): number | undefined {
  const set = context.weights?.get(task.app ?? app.id);
  if (set !== undefined) return set;
  const text = (task.labels ?? app.labels)[`HAPROXY_${index}_SERVER_WEIGHT`];
  const read = text === undefined ? undefined : portLabels.SERVER_WEIGHT.read(text);
  return read && 'value' in read ? read.value : undefined;
}

function isAlive(task: Task, context: BuildContext): boolean {
  return task.alive ?? context.aliveByTask.get(task.id) ?? false;
}
