/**
 * The TaskInfo that launches an instance.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Random } from '../../../../cluster/model/random';
import type { Resources } from '../../../../cluster/model/resources';
import { type Artifact, commandInfo, type Program, shellQuoted } from '../../../kit/core/task/command';
import { labelsOf } from '../../../kit/core/task/labels';
import { effectivePort, protocolsOf } from '../../../kit/core/task/ports';
import { customExecutor, killPolicy, scalarResources, taskResources } from '../../../kit/core/task/task-info';
import type { App, Limit } from '../../api/app';
import { dottedName } from '../state/paths';
import type { MarathonSettings } from '../state/settings';
import { mesosCheck, mesosHealthCheck } from './checks';
import { containerOf } from './container';
import { environmentOf } from './environment';
import { type AppPort, taskPorts } from './ports';

export interface TaskInput {
  readonly app: App;
  readonly taskId: string;
  readonly offer: mesos.Offer;
  readonly resources: Resources;
  readonly hostPorts: readonly (number | null)[];
  readonly settings: MarathonSettings;
  readonly random: Random;
}

export function buildTask(input: TaskInput): mesos.TaskInfo {
  const { app, taskId, offer, settings } = input;
  const ports = taskPorts(app, input.hostPorts);
  const container = containerOf({ app, taskId, ports, bridgeName: settings.mesosBridgeName });
  const limits = limitsOf(app);
  return {
    name: dottedName(app.id),
    task_id: { value: taskId },
    agent_id: offer.agent_id,
    resources: taskResources(input.resources, offer.allocation_info?.role ?? app.role),
    ...runnable(input, ports),
    ...(container && { container }),
    ...labelsOf(app.labels),
    discovery: discoveryOf(app, ports),
    ...optional('health_check', mesosHealthCheck(app, ports)),
    ...optional('check', mesosCheck(app, ports)),
    ...killPolicy(app.taskKillGracePeriodSeconds),
    ...(limits && { limits }),
  };
}

/** The command, or the executor that gets the command. */
function runnable(input: TaskInput, ports: readonly AppPort[]): Partial<mesos.TaskInfo> {
  const { app, settings } = input;
  const executor = app.executor === '' ? settings.executor : app.executor;
  const command = commandOf(input, ports);
  if (executor === '//cmd' || executor === '') return { command };
  const path = shellQuoted(executor);
  const value = `chmod ug+rx ${path} && exec ${path} ${app.cmd ?? app.args.join(' ')}`.trimEnd();
  const { arguments: _none, ...rest } = command;
  return {
    executor: customExecutor({
      id: `marathon-${input.taskId}`,
      command: { ...rest, shell: true, value },
      resources: executorResources(input),
    }),
  };
}

function executorResources({ app, offer }: TaskInput): mesos.Resource[] | undefined {
  if (!app.executorResources) return undefined;
  return scalarResources({ ...app.executorResources }, offer.allocation_info?.role ?? app.role);
}

function commandOf(input: TaskInput, ports: readonly AppPort[]): mesos.CommandInfo {
  const { app, taskId, offer, settings, random } = input;
  const environment = environmentOf({
    app,
    taskId,
    host: offer.hostname,
    ports,
    prefix: settings.envVarsPrefix,
    random,
  });
  return commandInfo({
    artifacts: app.fetch.map(artifactOf),
    environment,
    user: app.user,
    ...programOf(app),
  });
}

/** A shell line, or an argument list; in a container without either the image's own command. */
function programOf({ cmd, args, container }: App): Program {
  if (cmd !== undefined) return { shell: true, value: cmd };
  return { shell: false, value: container ? undefined : args[0], arguments: args };
}

function artifactOf({ destPath, ...artifact }: App['fetch'][number]): Artifact {
  return { ...artifact, outputFile: destPath };
}

/** One entry per port and protocol; other systems find the task's addresses here. */
function discoveryOf(app: App, ports: readonly AppPort[]): mesos.DiscoveryInfo {
  const hostMode = app.networks.every(({ mode }) => mode === 'host');
  const named = app.networks.find(({ mode }) => mode === 'container')?.name;
  const list = ports.flatMap((port) => {
    const onHost = hostMode || port.hostPort !== undefined;
    const scope: Record<string, string> = {
      'network-scope': onHost ? 'host' : 'container',
      ...(!onHost && named !== undefined && { 'network-name': named }),
    };
    const number = onHost ? port.hostPort : effectivePort(port);
    return protocolsOf(port.protocol).map((protocol) => ({
      number: number ?? 0,
      ...(port.name !== undefined && { name: port.name }),
      protocol,
      ...labelsOf({ ...port.labels, ...scope }),
    }));
  });
  return { visibility: 'FRAMEWORK', name: dottedName(app.id), ports: { ports: list } };
}

function limitsOf({ resourceLimits }: App): mesos.TaskInfo['limits'] {
  if (!resourceLimits) return undefined;
  const entries = Object.entries(resourceLimits).flatMap(([name, limit]) =>
    limit === undefined ? [] : [[name, { value: limitValue(limit) }] as const],
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function limitValue(limit: Limit): number {
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
