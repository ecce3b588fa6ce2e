/**
 * What is wrong with a task that is to be launched, in Mesos' words and order (Mesos 1.11 src/master/validation.cpp).
 */

import type * as mesos from '../../../api/generated/mesos';
import { idError } from '../../../model/ids';
import {
  containsResources,
  printResources,
  type Resources,
  readResources,
  type WireResource,
} from '../../../model/resources';
import type { Framework } from '../state';

export interface LaunchContext {
  readonly framework: Framework;
  readonly agentId: string;
  /** What is left of the offers, with the allocation's role on it. */
  readonly available: Resources;
  readonly resources: Resources;
}

/** The first thing wrong with a task, or undefined. */
export function taskError(task: mesos.TaskInfo, context: LaunchContext): string | undefined {
  return (
    idError(task.task_id.value) ??
    duplicateError(task, context.framework) ??
    agentError(task, context.agentId) ??
    timesError(task) ??
    resourcesError(task) ??
    commandError(task) ??
    fitError(context)
  );
}

function duplicateError(task: mesos.TaskInfo, framework: Framework): string | undefined {
  const id = task.task_id.value;
  if (framework.tasks.has(id)) return `Task has duplicate ID: ${id}`;
  return framework.unreachableTasks.has(id) ? `Task reuses the ID of an unreachable task: ${id}` : undefined;
}

function agentError(task: mesos.TaskInfo, agentId: string): string | undefined {
  if (task.agent_id.value === agentId) return undefined;
  return `Task uses invalid agent ${task.agent_id.value} while agent ${agentId} is expected`;
}

function timesError(task: mesos.TaskInfo): string | undefined {
  if ((task.kill_policy?.grace_period?.nanoseconds ?? 0) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  if ((task.max_completion_time?.nanoseconds ?? 0) < 0)
    return "Task's 'max_completion_time' must be non-negative";
  return healthError(task.health_check);
}

function healthError(check: mesos.HealthCheck | undefined): string | undefined {
  if (!check) return undefined;
  const wrong = (text: string): string => `Task uses invalid health check: ${text}`;
  if (check.type === 'COMMAND' && !check.command)
    return wrong("Expecting 'command' to be set for COMMAND health check");
  if (check.type === 'HTTP' && !check.http) return wrong("Expecting 'http' to be set for HTTP health check");
  if (check.type === 'TCP' && !check.tcp) return wrong("Expecting 'tcp' to be set for TCP health check");
  if (check.http?.path !== undefined && !check.http.path.startsWith('/')) {
    return wrong(`The path '${check.http.path}' of HTTP health check must start with '/'`);
  }
  const times = [
    check.delay_seconds,
    check.grace_period_seconds,
    check.interval_seconds,
    check.timeout_seconds,
  ];
  return times.some((seconds) => (seconds ?? 0) < 0)
    ? wrong('Expecting its times to be non-negative')
    : undefined;
}

function resourcesError(task: mesos.TaskInfo): string | undefined {
  const wire = task.resources ?? [];
  if (wire.length === 0) return 'Task uses no resources';
  const negative = wire.find((resource) => (resource.scalar?.value ?? 0) < 0);
  if (negative)
    return `Task uses invalid resources: Invalid scalar resource: value < 0 for '${negative.name}'`;
  const roles = new Set(wire.map((resource) => resource.allocation_info?.role ?? ''));
  if (roles.size > 1) return 'Invalid task resources: The resources have multiple allocation roles';
  const gpus = wire.find(({ name, scalar }) => name === 'gpus' && !Number.isInteger(scalar?.value ?? 0));
  return gpus ? 'Task uses invalid resources: The gpus resource must be an unsigned integer' : undefined;
}

function commandError(task: mesos.TaskInfo): string | undefined {
  if ((task.command === undefined) === (task.executor === undefined)) {
    return 'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present';
  }
  for (const variable of task.command?.environment?.variables ?? []) {
    if (variable.type !== 'SECRET' && variable.value === undefined) {
      return `Task's \`CommandInfo\` is invalid: Environment variable '${variable.name}' of type 'VALUE' must have a value set`;
    }
  }
  return undefined;
}

function fitError({ resources, available }: LaunchContext): string | undefined {
  if (containsResources(available, resources)) return undefined;
  return (
    `Total resources ${printResources(resources)} required by task and its executor is more than ` +
    `available ${printResources(available)}`
  );
}

/** A task's resources, with the allocation's role on those that lack it. */
export function taskResources(task: mesos.TaskInfo, role: string): Resources {
  const wire = (task.resources ?? []) as readonly WireResource[];
  return readResources(
    wire.map((resource) => ({ ...resource, allocation_info: resource.allocation_info ?? { role } })),
  );
}
