/**
 * Resources of an offer for a task: the usable ones, and the consumption of them, each with the role it was reserved
 * to.
 */

import type { Ranges } from '../../../../cluster/model/ranges';
import {
  milliOf,
  type Resource,
  type Resources,
  reservedRole,
  resourceOf,
  subtractResources,
} from '../../../../cluster/model/resources';

/** The resources a task may use: of the accepted roles, no disks of their own, nothing revocable. */
export function usableResources(offered: Resources, roles: ReadonlySet<string>): Resources {
  return offered.filter(
    (resource) =>
      roles.has(reservedRole(resource)) &&
      resource.meta['disk'] === undefined &&
      resource.meta['revocable'] === undefined &&
      resource.meta['provider_id'] === undefined,
  );
}

/** The amount of a scalar, in milli-units. */
export function scalarAmount(usable: Resources, name: string): number {
  return milliOf(usable, name);
}

/** Takes a scalar amount, reserved resources first. The caller has checked that there is enough. */
export function consumeScalar(usable: Resources, name: string, milli: number): Resource[] {
  const consumed: Resource[] = [];
  let missing = milli;
  for (const resource of reservedFirst(usable)) {
    if (resource.name !== name || resource.amount.type !== 'SCALAR' || missing <= 0) continue;
    const part = Math.min(missing, resource.amount.milli);
    consumed.push(resourceOf(name, { type: 'SCALAR', milli: part }, resource.meta));
    missing -= part;
  }
  return consumed;
}

/** Takes these ports, each from the resource that has it. */
export function consumePorts(usable: Resources, ports: readonly number[]): Resource[] {
  return [...ports].map((port) => {
    const owner = reservedFirst(usable).find(
      ({ name, amount }) => name === 'ports' && amount.type === 'RANGES' && has(amount.ranges, port),
    );
    return resourceOf('ports', { type: 'RANGES', ranges: [[port, port]] }, owner?.meta ?? {});
  });
}

/** The remainder of an offer after a launch. */
export function remainderOf(offered: Resources, consumed: Resources): Resources {
  return subtractResources(offered, consumed);
}

function has(ranges: Ranges, port: number): boolean {
  return ranges.some(([begin, end]) => begin <= port && port <= end);
}

function reservedFirst(resources: Resources): Resources {
  if (!resources.some((resource) => reservedRole(resource) !== '*')) return resources;
  return [...resources].sort((a, b) => Number(reservedRole(a) === '*') - Number(reservedRole(b) === '*'));
}
