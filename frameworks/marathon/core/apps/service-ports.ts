/**
 * Service ports: a 0 in a definition becomes a port that is unique in the whole tree.
 *
 * A 0 first gets a port that the old definition had and the new one does not name, then the lowest free port.
 */

import type { App } from '../../api/app';

/** The service ports that may be assigned, both bounds included (`Range.inclusive` in GroupManagerImpl of Marathon). */
export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** The service ports an app names, in order; 0 where none is given. */
export function servicePortsOf(app: App): number[] {
  if (app.portDefinitions) return app.portDefinitions.map(({ port }) => port);
  return (app.container?.portMappings ?? []).map(({ servicePort }) => servicePort);
}

/** Fills in the missing service ports; an error when the range has no free port. */
export function assignServicePorts(
  app: App,
  { old, used, range }: { old: App | undefined; used: ReadonlySet<number>; range: PortRange },
): App | { readonly error: string } {
  const wanted = servicePortsOf(app);
  if (!wanted.includes(0)) return app;
  const named = new Set(wanted);
  const previous = (old ? servicePortsOf(old) : []).filter(
    (port) => port >= range.min && port <= range.max && !named.has(port),
  );
  const usedPorts = new Set([...used, ...named]);
  const ports: number[] = [];
  for (const port of wanted) {
    const assigned = port !== 0 ? port : (previous.shift() ?? lowestFree(usedPorts, range));
    if (assigned === undefined) {
      // The text is Marathon's, though its range includes the upper bound as ours does.
      return { error: `All ports in the range [${range.min}-${range.max}) are already in use` };
    }
    usedPorts.add(assigned);
    ports.push(assigned);
  }
  return withServicePorts(app, ports);
}

function lowestFree(usedPorts: ReadonlySet<number>, { min, max }: PortRange): number | undefined {
  for (let port = min; port <= max; port++) if (!usedPorts.has(port)) return port;
  return undefined;
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
