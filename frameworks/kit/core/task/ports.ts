/** The ports of a task: declared port, host port and container port, their mappings and their variables. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { nextInteger, type Random } from '../../../../cluster/model/random';

export interface TaskPort {
  /** The declared number; 0 when any will do. */
  readonly declared: number;
  readonly hostPort?: number | undefined;
  readonly containerPort?: number | undefined;
  readonly name?: string | undefined;
  /** One or two protocols, with a comma. */
  readonly protocol: string;
}

/** The port that the task itself listens on: container port, for 0 the host port. */
export function effectivePort({
  hostPort,
  containerPort,
}: Pick<TaskPort, 'hostPort' | 'containerPort'>): number | undefined {
  return containerPort === undefined || containerPort === 0 ? hostPort : containerPort;
}

/** `udp,tcp` is two protocols. */
export function protocolsOf(protocol: string): string[] {
  return protocol.split(',').filter(Boolean);
}

/** The mappings of the ports that have a host port, one for each protocol. */
export function mappingsOf(ports: readonly TaskPort[]): mesos.NetworkInfo.PortMapping[] {
  return ports.flatMap(({ hostPort, containerPort, protocol }) =>
    hostPort === undefined
      ? []
      : protocolsOf(protocol).map((name) => ({
          host_port: hostPort,
          container_port: effectivePort({ hostPort, containerPort }) ?? hostPort,
          protocol: name,
        })),
  );
}

/** `PORT0`, `PORT_9000`, `PORT_HTTP`, `PORT` and `PORTS`, each with the prefix. */
export function portVariables(
  ports: readonly TaskPort[],
  prefix: string,
  random: Random,
): Record<string, string> {
  if (ports.length === 0) return {};
  const out: Record<string, string> = {};
  const hostPorts: number[] = [];
  const generated: number[] = [];
  const usedPorts = new Set(ports.flatMap(({ hostPort, containerPort }) => [hostPort, containerPort]));
  ports.forEach((port, index) => {
    let value = port.hostPort ?? port.containerPort ?? 0;
    if (port.hostPort !== undefined) hostPorts.push(value);
    else if (value === 0) {
      value = generatePort(random, usedPorts);
      generated.push(value);
    }
    const text = String(value);
    out[`${prefix}PORT${index}`] = text;
    out[`${prefix}PORT_${port.declared === 0 ? value : port.declared}`] = text;
    if (port.name !== undefined) out[`${prefix}PORT_${port.name.toUpperCase()}`] = text;
  });
  const all = [...hostPorts, ...generated];
  out[`${prefix}PORTS`] = all.join(',');
  if (all[0] !== undefined) out[`${prefix}PORT`] = String(all[0]);
  return out;
}

/** A random number for a container port of 0 without a host port, different from the task's other ports. */
function generatePort(random: Random, usedPorts: Set<number | undefined>): number {
  for (;;) {
    const port = 1025 + nextInteger(random, 65_535 - 1025 + 1);
    if (usedPorts.has(port)) continue;
    usedPorts.add(port);
    return port;
  }
}
