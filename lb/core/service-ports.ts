/**
 * Service ports for apps with an address per task that have none of their own: chosen from a range by a hash of the
 * app and its port, the same at every load balancer that sees the same apps.
 */

import type { App } from './apps';
import type { Issue } from './issues';
import type { Digests } from './names';

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

const TRIES_MAX = 50;

/** Gives ports to those apps that need them. Apps that need none stay the same objects. */
export function assignServicePorts(
  apps: readonly App[],
  range: PortRange | undefined,
  digests: Digests,
): { apps: App[]; issues: Issue[] } {
  const issues: Issue[] = [];
  if (!range || !apps.some(({ wantsPorts }) => wantsPorts)) return { apps: [...apps], issues };
  const taken = new Set<number>();
  const assigned = apps.map((app) => {
    const inside = app.tasks[0]?.ports ?? [];
    if (!app.wantsPorts || inside.length === 0) return app;
    const ports = new Map<number, number | undefined>();
    for (const port of inside)
      if (!ports.has(port)) ports.set(port, choose(app.id, port, range, taken, digests));
    const servicePorts = inside.map((port) => ports.get(port));
    if (servicePorts.includes(undefined))
      issues.push({ app: app.id, text: `no service port is left of ${range.min} to ${range.max}` });
    return { ...app, servicePorts };
  });
  return { apps: assigned, issues };
}

function choose(
  app: string,
  port: number,
  { min, max }: PortRange,
  taken: Set<number>,
  digests: Digests,
): number | undefined {
  const size = max - min + 1;
  if (taken.size >= size) return undefined;
  let found: number | undefined;
  for (let attempt = 0; attempt < TRIES_MAX && found === undefined; attempt++) {
    const hash = digests.sha1(`${app}-${port}-${attempt}`).slice(0, 8);
    const trial = min + (Number.parseInt(hash, 16) % size);
    if (!taken.has(trial)) found = trial;
  }
  for (let trial = min; trial <= max && found === undefined; trial++) if (!taken.has(trial)) found = trial;
  if (found !== undefined) taken.add(found);
  return found;
}
