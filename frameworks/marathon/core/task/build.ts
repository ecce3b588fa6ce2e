/**
 * The TaskInfo that launches an instance.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Random } from '../../../../cluster/model/random';
import type { Resources } from '../../../../cluster/model/resources';
import { type Artifact, commandInfo, type Program, shellQuoted } from '../../../kit/core/task/command';
import { labelsOf } from '../../../kit/core/task/labels';
import { effectivePort, protocolsOf } from '../../../kit/core/task/ports';
import { customExecutor, killPolicy, taskResources } from '../../../kit/core/task/task-info';
import type { App } from '../../api/app';
import { executorPath } from '../apps/executor';
import { dottedName } from '../state/paths';
import type { MarathonSettings } from '../state/settings';
import { mesosCheck, mesosHealthCheck } from './checks';
import { containerOf } from './container';
import { environmentOf } from './environment';
import { limitsOf } from './limits';
import { type AppPort, taskPorts } from './ports';

export interface TaskInput {
  readonly app: App;
  readonly taskId: string;
  readonly offer: mesos.Offer;
  readonly resources: Resources;
  /** Those of an executor by its path, when it asks for some. */
  readonly executorResources: Resources;
  readonly hostPorts: readonly (number | null)[];
  readonly settings: MarathonSettings;
  readonly random: Random;
  /** True in a group whose name is the role of all that is in it. */
  readonly isRoleEnforced: boolean;
}

export function buildTask(input: TaskInput): mesos.TaskInfo {
  const { app, taskId, offer } = input;
  const ports = taskPorts(app, input.hostPorts);
  const limits = limitsOf(app.resourceLimits);
  return {
    name: dottedName(app.id),
    task_id: { value: taskId },
    agent_id: offer.agent_id,
    resources: taskResources(input.resources, roleOf(input)),
    ...runnable(input, ports),
    ...labelsOf(app.labels),
    discovery: discoveryOf(app, ports),
    ...optional('health_check', mesosHealthCheck(app, ports)),
    ...optional('check', mesosCheck(app, ports)),
    ...killPolicy(app.taskKillGracePeriodSeconds),
    ...(limits && { limits }),
  };
}

function roleOf({ app, offer }: TaskInput): string {
  return offer.allocation_info?.role ?? app.role;
}

/** The command, or the executor that gets the command, in its container. */
function runnable(input: TaskInput, ports: readonly AppPort[]): Partial<mesos.TaskInfo> {
  const { app, taskId, settings } = input;
  const executor = executorPath(app, settings);
  const command = commandOf(input, ports);
  const container = containerOf({ app, taskId, ports, bridgeName: settings.mesosBridgeName });
  if (executor === undefined) return { command, ...(container && { container }) };
  const path = shellQuoted(executor);
  const value = `chmod ug+rx ${path} && exec ${path} ${app.cmd ?? app.args.join(' ')}`.trimEnd();
  const { arguments: _none, ...rest } = command;
  return {
    executor: customExecutor({
      id: `marathon-${input.taskId}`,
      command: { ...rest, shell: true, value },
      ...(input.executorResources.length > 0 && {
        resources: taskResources(input.executorResources, roleOf(input)),
      }),
      container,
    }),
  };
}

function commandOf(input: TaskInput, ports: readonly AppPort[]): mesos.CommandInfo {
  const { app, taskId, offer, settings, random, isRoleEnforced } = input;
  const environment = environmentOf({
    app,
    taskId,
    host: offer.hostname,
    ports,
    prefix: settings.envVarsPrefix,
    random,
    isRoleEnforced,
  });
  return commandInfo({
    artifacts: app.fetch.map(artifactOf),
    environment,
    user: app.user,
    ...programOf(app),
  });
}

/** A shell line, or an argument list: without an image, its first argument is the program. */
function programOf({ cmd, args, container }: App): Program {
  if (cmd !== undefined) return { shell: true, value: cmd };
  return { shell: false, value: container?.docker ? undefined : args[0], arguments: args };
}

export function artifactOf({ destPath, ...artifact }: App['fetch'][number]): Artifact {
  return { ...artifact, outputFile: destPath };
}

/** One entry for each container network that a port is in. */
function containerScopes({ networks }: App, { networkNames }: AppPort): Record<string, string>[] {
  const names = networks.flatMap(({ mode, name }) =>
    mode === 'container' && name !== undefined ? [name] : [],
  );
  return (networkNames.length > 0 ? networkNames : names).map((name) => ({
    'network-scope': 'container',
    'network-name': name,
  }));
}

/** One entry per port and protocol; other systems find the task's addresses here. */
function discoveryOf(app: App, ports: readonly AppPort[]): mesos.DiscoveryInfo {
  const hostMode = app.networks.every(({ mode }) => mode === 'host');
  const list = ports.flatMap((port) => {
    const onHost = hostMode || port.hostPort !== undefined;
    const scopes = onHost ? [hostMode ? {} : { 'network-scope': 'host' }] : containerScopes(app, port);
    const number = onHost ? port.hostPort : effectivePort(port);
    return protocolsOf(port.protocol).flatMap((protocol) =>
      scopes.map((scope) => ({
        number: number ?? 0,
        ...(port.name !== undefined && { name: port.name }),
        protocol,
        ...labelsOf({ ...port.labels, ...scope }),
      })),
    );
  });
  return { visibility: 'FRAMEWORK', name: dottedName(app.id), ports: { ports: list } };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
