/**
 * The environment of a task: context, ports and host, then the user's variables, which win.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { nextInteger, type Random } from '../../../../cluster/model/random';
import type { App } from '../../api/app';
import type { TaskPort } from './ports';

const LABEL_MAX_CHARS = 512;
const LABEL_PREFIX = 'MARATHON_APP_LABEL_';

export interface EnvironmentInput {
  readonly app: App;
  readonly taskId: string;
  readonly host: string;
  readonly ports: readonly TaskPort[];
  readonly prefix: string;
  readonly random: Random;
}

export function environmentOf(input: EnvironmentInput): mesos.Environment.Variable[] {
  const { app } = input;
  const plain = { ...contextOf(app, input.taskId), ...portsOf(input), [`${input.prefix}HOST`]: input.host };
  const variables = new Map<string, mesos.Environment.Variable>();
  for (const [name, value] of Object.entries(plain)) variables.set(name, { name, value });
  for (const [name, value] of Object.entries(app.env)) variables.set(name, userVariable(app, name, value));
  return [...variables.values()];
}

/** Entries that name a secret become Mesos secret references, as the original leaves to its plugins. */
function userVariable(app: App, name: string, value: App['env'][string]): mesos.Environment.Variable {
  if (typeof value === 'string') return { name, value };
  const source = app.secrets[value.secret]?.source ?? value.secret;
  return { name, type: 'SECRET', secret: { type: 'REFERENCE', reference: { name: source } } };
}

function contextOf(app: App, taskId: string): Record<string, string> {
  const docker = app.container?.type === 'DOCKER' ? app.container.docker?.image : undefined;
  return {
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(docker !== undefined && { MARATHON_APP_DOCKER_IMAGE: docker }),
    MARATHON_APP_RESOURCE_CPUS: doubleText(app.cpus),
    MARATHON_APP_RESOURCE_MEM: doubleText(app.mem),
    MARATHON_APP_RESOURCE_DISK: doubleText(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
    ...labelsOf(app.labels),
  };
}

function doubleText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function labelsOf(labels: App['labels']): Record<string, string> {
  const usable = Object.entries(labels).filter(
    ([key, value]) => LABEL_PREFIX.length + key.length < LABEL_MAX_CHARS && value.length < LABEL_MAX_CHARS,
  );
  const escaped = usable.map(([key, value]) => [escapeName(key), value] as const);
  return {
    MARATHON_APP_LABELS: escaped.map(([key]) => key).join(' '),
    ...Object.fromEntries(escaped.map(([key, value]) => [LABEL_PREFIX + key, value])),
  };
}

function escapeName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]+/g, '_').toUpperCase();
}

function portsOf({ ports, prefix, random }: EnvironmentInput): Record<string, string> {
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
