/**
 * The ports of an app's task, one for each definition or mapping.
 */

import type { TaskPort } from '../../../kit/core/task/ports';
import type { App } from '../../api/app';

export interface AppPort extends TaskPort {
  readonly servicePort: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The networks that it is in; none stands for all. */
  readonly networkNames: readonly string[];
}

/** The ports of a task with these host ports. */
export function taskPorts(app: App, hostPorts: readonly (number | null)[]): AppPort[] {
  if (app.portDefinitions) {
    return app.portDefinitions.map(({ port, name, protocol, labels }, index) => ({
      declared: port,
      hostPort: hostPorts[index] ?? undefined,
      servicePort: port,
      name,
      protocol,
      labels,
      networkNames: [],
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
    networkNames: mapping.networkNames,
  }));
}
