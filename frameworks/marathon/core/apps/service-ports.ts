/**
 * Service ports: a 0 in a definition becomes a port that is unique in the whole tree.
 *
 * A 0 first gets a port that the old definition had and the new one does not name, then the lowest free port.
 */

import type { App } from '../../api/app';
import { tableCounts } from '../state/table-counts';

/** The service ports that may be assigned, both bounds included (`Range.inclusive` in GroupManagerImpl of Marathon). */
interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** The search for free ports during one change of the root, in which none becomes free. */
interface PortSearch extends PortRange {
  /** All lower ones are used. */
  next?: number;
}

/** The service ports an app names, in order; 0 where none is given. */
export function servicePortsOf(app: App): number[] {
  if (app.portDefinitions) return app.portDefinitions.map(({ port }) => port);
  return (app.container?.portMappings ?? []).map(({ servicePort }) => servicePort);
}

/** The service ports of all apps. */
export const usedServicePorts = tableCounts(servicePortsOf);

/** Ports that are taken. */
export type UsedPorts = Pick<ReadonlySet<number>, 'has'>;

/** Fills in the missing service ports; an error when the range has no free port. */
export function assignServicePorts(
  app: App,
  { old, used, range }: { old: App | undefined; used: UsedPorts; range: PortSearch },
): App | { readonly error: string } {
  const wanted = servicePortsOf(app);
  if (!wanted.includes(0)) return app;
  const named = new Set(wanted);
  const previous = (old ? servicePortsOf(old) : []).filter(
    (port) => port >= range.min && port <= range.max && !named.has(port),
  );
  const ports: number[] = [];
  for (const port of wanted) {
    const assigned = port !== 0 ? port : (previous.shift() ?? lowestFree(range, used, named));
    if (assigned === undefined) {
      // The text is Marathon's, though its range includes the upper bound as ours does.
      return { error: `All ports in the range [${range.min}-${range.max}) are already in use` };
    }
    named.add(assigned);
    ports.push(assigned);
  }
  return withServicePorts(app, ports);
}

/** The lowest port that no app uses and that is not taken otherwise. The search goes on where the last one has ended. */
function lowestFree(range: PortSearch, used: UsedPorts, taken: UsedPorts): number | undefined {
  let port = range.next ?? range.min;
  while (used.has(port)) port++;
  range.next = port;
  while (used.has(port) || taken.has(port)) port++;
  return port <= range.max ? port : undefined;
}

function withServicePorts(app: App, ports: readonly number[]): App {
  if (app.portDefinitions) {
    const portDefinitions = app.portDefinitions.map((definition, index) => ({
      ...definition,
      port: ports[index] ?? definition.port,
    }));
    return { ...app, portDefinitions };
  }
  if (!app.container) return app;
  const portMappings = (app.container.portMappings ?? []).map((mapping, index) => ({
    ...mapping,
    servicePort: ports[index] ?? mapping.servicePort,
  }));
  return { ...app, container: { ...app.container, portMappings } };
}
