/**
 * The ports of a task: the declared port, host port and container port of each definition or mapping.
 */

import type { App } from '../../api/app';

export interface TaskPort {
  /** The declared number: service port of a definition, container port of a mapping; 0 when any will do. */
  readonly declared: number;
  readonly hostPort?: number | undefined;
  readonly containerPort?: number | undefined;
  readonly servicePort: number;
  readonly name?: string | undefined;
  readonly protocol: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The ports of a task with these host ports. */
export function taskPorts(app: App, hostPorts: readonly (number | null)[]): TaskPort[] {
  if (app.portDefinitions) {
    return app.portDefinitions.map(({ port, name, protocol, labels }, index) => ({
      declared: port,
      hostPort: hostPorts[index] ?? undefined,
      servicePort: port,
      name,
      protocol,
      labels,
    }));
  }
  return (app.container?.portMappings ?? []).map((mapping, index) => ({
    declared: mapping.containerPort,
    hostPort: hostPorts[index] ?? undefined,
    containerPort: mapping.containerPort,
    servicePort: mapping.servicePort,
    name: mapping.name,
    protocol: mapping.protocol,
    labels: mapping.labels,
  }));
}

/** The port that the task itself listens on: container port, for 0 the host port. */
export function effectivePort({ hostPort, containerPort }: TaskPort): number | undefined {
  return containerPort === undefined || containerPort === 0 ? hostPort : containerPort;
}

/** `udp,tcp` is two protocols. */
export function protocolsOf(protocol: string): string[] {
  return protocol.split(',').filter(Boolean);
}
