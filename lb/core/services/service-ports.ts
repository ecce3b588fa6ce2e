/**
 * Chooses service ports for apps with an address per task (IP-per-task) that have none, from a range.
 *
 * The choice is a hash of app and port, so that every load balancer that sees the same apps chooses the same ports.
 */

import type { App } from '../apps/apps';
import type { Issue } from '../issues/issues';
import { NO_VERSION } from '../versions/versioned';
import type { Digests } from './names';

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

const TRIES_MAX = 50;

/**
 * Assigns ports in marathon-lb's order, which decides clashes: apps in the order of Marathon's list (`order`), then
 * deployment groups by their first member. Apps that need no ports stay the same objects.
 */
export function assignServicePorts(
  apps: readonly App[],
  range: PortRange | undefined,
  digests: Digests,
  order: readonly string[] = [],
  members: ReadonlyMap<string, readonly string[]> = new Map(),
): { apps: App[]; issues: Issue[] } {
  const issues: Issue[] = [];
  const wanting = apps.filter(
    ({ needsServicePorts, containerPorts }) => needsServicePorts && containerPorts.length > 0,
  );
  if (!range || wanting.length === 0) return { apps: [...apps], issues };
  const usedPorts = new Set<number>();
  const assigned = new Map<App, App>();
  for (const app of inOrder(wanting, order, members)) {
    const { id, containerPorts, tasks, notServing } = app;
    if (tasks.length + notServing.length === 0) continue;
    const ports = new Map<number, number | undefined>();
    for (const port of containerPorts)
      if (!ports.has(port)) ports.set(port, choosePort(id, port, range, usedPorts, digests));
    const servicePorts = containerPorts.map((port) => ports.get(port));
    if (servicePorts.includes(undefined))
      issues.push({ app: id, text: `no service port is left of ${range.min} to ${range.max}` });
    const version = app.version === NO_VERSION ? NO_VERSION : `${app.version} at ${servicePorts.join(' ')}`;
    assigned.set(app, { ...app, version, servicePorts });
  }
  return { apps: apps.map((app) => assigned.get(app) ?? app), issues };
}

function inOrder(
  apps: readonly App[],
  order: readonly string[],
  members: ReadonlyMap<string, readonly string[]>,
): readonly App[] {
  const places = new Map(order.map((id, index) => [id, index]));
  const place = (id: string): number => places.get(id) ?? order.length;
  const rank = ({ id }: App): number => {
    const group = members.get(id);
    return group === undefined ? place(id) : order.length + 1 + Math.min(...group.map(place));
  };
  return [...apps].sort((a, b) => rank(a) - rank(b));
}

function choosePort(
  app: string,
  port: number,
  { min, max }: PortRange,
  usedPorts: Set<number>,
  digests: Digests,
): number | undefined {
  const size = max - min + 1;
  if (usedPorts.size >= size) return undefined;
  let free: number | undefined;
  for (let attempt = 0; attempt < TRIES_MAX && free === undefined; attempt++) {
    const hash = digests.sha1(`${app}-${port}-${attempt}`).slice(0, 8);
    const trial = min + (Number.parseInt(hash, 16) % size);
    if (!usedPorts.has(trial)) free = trial;
  }
  for (let trial = min; trial <= max && free === undefined; trial++) if (!usedPorts.has(trial)) free = trial;
  if (free !== undefined) usedPorts.add(free);
  return free;
}
