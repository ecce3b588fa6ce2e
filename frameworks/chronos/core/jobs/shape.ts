/** The shape of a job: what it needs of an offer. Jobs of one shape fit the same offers. */

import type { Container, PortMapping } from './container';
import type { Job } from './job';

/** The mappings of all networks, in the order in which they get host ports. */
export function portMappingsOf({ networkInfos }: Container): readonly PortMapping[] {
  return networkInfos.flatMap(({ portMappings }) => portMappings);
}

/** Mappings need host ports, unless the container has the network of its host. */
export function portRequestsOf({ container }: Pick<Job, 'container'>): readonly number[] {
  if (container === undefined) return [];
  if (container.type === 'DOCKER' && container.network === 'HOST') return [];
  return portMappingsOf(container).map(({ hostPort }) => hostPort);
}

/** Equal for jobs that fit the same offers. It is made for every run that waits, so most of them need no JSON. */
export function shapeOf(job: Job): string {
  const { cpus, mem, disk, constraints } = job;
  const scalars = `${cpus} ${mem} ${disk}`;
  const ports = portRequestsOf(job);
  const isPlain = constraints.length === 0 && ports.length === 0;
  return isPlain ? scalars : `${scalars} ${JSON.stringify([constraints, ports])}`;
}
