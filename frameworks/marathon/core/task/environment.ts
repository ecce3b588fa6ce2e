/**
 * The environment of a task: context, ports and host, then the user's variables, which win.
 */

import type { Random } from '../../../../cluster/model/random';
import {
  lastOfEachName,
  secretVariable,
  type Variable,
  variablesOf,
} from '../../../kit/core/task/environment';
import { portVariables, type TaskPort } from '../../../kit/core/task/ports';
import { printDouble } from '../../../kit/core/values/java-double';
import type { App } from '../../api/app';

const LABEL_MAX_CHARS = 512;
const LABEL_PREFIX = 'MARATHON_APP_LABEL_';

export interface EnvironmentInput {
  readonly app: App;
  readonly taskId: string;
  readonly host: string;
  readonly ports: readonly TaskPort[];
  readonly prefix: string;
  readonly random: Random;
  /** True in a group whose name is the role of all that is in it. */
  readonly isRoleEnforced: boolean;
}

export function environmentOf(input: EnvironmentInput): Variable[] {
  const { app, host, ports, prefix, random } = input;
  const context = variablesOf({
    ...contextOf(input),
    ...portVariables(ports, prefix, random),
    [`${prefix}HOST`]: host,
  });
  return lastOfEachName([...context, ...userVariables(app.env, app.secrets)]);
}

/** Entries that name a secret become Mesos secret references, as the original leaves to its plugins. */
export function userVariables(env: App['env'], secrets: App['secrets']): Variable[] {
  return Object.entries(env).map(([name, value]) =>
    typeof value === 'string'
      ? { name, value }
      : secretVariable(name, secrets[value.secret]?.source ?? value.secret),
  );
}

function contextOf({ app, taskId, isRoleEnforced }: EnvironmentInput): Record<string, string> {
  const docker = app.container?.type === 'DOCKER' ? app.container.docker?.image : undefined;
  return {
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(docker !== undefined && { MARATHON_APP_DOCKER_IMAGE: docker }),
    MARATHON_APP_RESOURCE_CPUS: printDouble(app.cpus),
    MARATHON_APP_RESOURCE_MEM: printDouble(app.mem),
    MARATHON_APP_RESOURCE_DISK: printDouble(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: isRoleEnforced ? 'TRUE' : 'FALSE',
    ...labelVariables(app.labels),
  };
}

export function labelVariables(labels: App['labels']): Record<string, string> {
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
