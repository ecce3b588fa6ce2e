/** Running tasks as text: a line for each service port of an app, with the addresses behind it (EndpointsHelper). */

import type { App } from '../api/app';
import { servicePortsOf } from '../core/apps/service-ports';
import { instancesOf } from '../core/instances/instances';
import { safeId } from '../core/state/paths';
import type { Instance, MarathonState } from '../core/state/state';

/** The lines of an app. Of the ports that are in container networks only, those of these networks are shown; `*` is all. */
export function endpointLines(state: MarathonState, app: App, networks: ReadonlySet<string>): string {
  const running = instancesOf(state, app.id).filter(({ condition }) => condition === 'Running');
  const ports = servicePortsOf(app);
  if (ports.length === 0)
    return line(
      app,
      ' ',
      running.flatMap(({ agent }) => agent?.host ?? []),
    );
  return ports
    .map((port, index) =>
      line(
        app,
        String(port),
        running.flatMap((instance) => addressesOf(instance, { app, index, networks })),
      ),
    )
    .join('');
}

function line(app: App, port: string, addresses: readonly string[]): string {
  const fields = [safeId(app.id), port, ...addresses];
  return `${fields.map((field) => `${field}\t`).join('')}\n`;
}

interface ShownPort {
  readonly app: App;
  readonly index: number;
  readonly networks: ReadonlySet<string>;
}

function addressesOf({ task, agent }: Instance, { app, index, networks }: ShownPort): string[] {
  const mappings = app.portDefinitions ? [] : (app.container?.portMappings ?? []);
  const mapping = mappings[index];
  if (mapping && mapping.hostPort === undefined) {
    const names = mapping.networkNames.length > 0 ? mapping.networkNames : containerNetworks(app);
    const isShown = networks.has('*') || names.some((name) => networks.has(name));
    const address = task?.ipAddresses?.[0]?.ipAddress;
    return isShown && names.length > 0 && address !== undefined
      ? [`${address}:${mapping.containerPort}`]
      : [];
  }
  // Host ports are those of the mappings that have one.
  const position = mapping
    ? mappings.slice(0, index).filter(({ hostPort }) => hostPort !== undefined).length
    : index;
  const hostPort = task?.hostPorts[position];
  return agent && hostPort !== undefined ? [`${agent.host}:${hostPort}`] : [];
}

function containerNetworks({ networks }: App): string[] {
  return networks.flatMap(({ mode, name }) => (mode === 'container' && name !== undefined ? [name] : []));
}
