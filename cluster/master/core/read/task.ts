/**
 * Parsed tasks and executors of a launch: their ids, and their resources as values.
 *
 * In: TaskInfo and TaskGroupInfo of an ACCEPT whose form is right (validate/operation-form.ts)
 * Always true: resources of a launch are read here and nowhere else; they have the role of the offers as allocation,
 * unless the framework has set one (Mesos 1.11 Master::accept, protobuf::injectAllocationInfo).
 */

import type * as mesos from '../../../api/generated/mesos';
import type { ExecutorId, FrameworkId, TaskId } from '../../../model/ids';
import { type Resources, readResources, withAllocation } from '../../../model/resources';

export interface ParsedTask {
  readonly id: TaskId;
  /** The members that the master checks or passes on. */
  readonly info: mesos.TaskInfo;
  readonly resources: Resources;
  readonly executor: ParsedExecutor | undefined;
}

export interface ParsedExecutor {
  readonly id: ExecutorId;
  /** As its record and the endpoints have it: with its framework, and resources with their allocation. */
  readonly info: mesos.ExecutorInfo;
  readonly resources: Resources;
}

/** A task group, with its executor. */
export interface ParsedGroup {
  readonly executor: ParsedExecutor;
  readonly tasks: readonly GroupTask[];
}

/** A task of a group: it has the executor of the group unless it names one, which then has to be the same. */
export interface GroupTask extends ParsedTask {
  readonly executor: ParsedExecutor;
}

/** Reads a task of a LAUNCH. Older frameworks leave out the type of its health check and the framework of its executor. */
export function readTask(received: mesos.TaskInfo, frameworkId: FrameworkId, role: string): ParsedTask {
  const info = withCheckType(received);
  return {
    id: info.task_id.value,
    info,
    resources: readResources(info.resources, role),
    executor: info.executor && readExecutor(withRole(withFramework(info.executor, frameworkId), role)),
  };
}

/** Reads the group of a LAUNCH_GROUP. */
export function readGroup(group: mesos.Offer.Operation.LaunchGroup, role: string): ParsedGroup {
  const executor = readExecutor(withRole(group.executor, role));
  const tasks = (group.task_group.tasks ?? []).map((info) => ({
    id: info.task_id.value,
    info,
    resources: readResources(info.resources, role),
    executor: info.executor ? readExecutor(withRole(info.executor, role)) : executor,
  }));
  return { executor, tasks };
}

/** Reads an executor; its resources keep the allocation that they have. */
export function readExecutor(info: mesos.ExecutorInfo): ParsedExecutor {
  return { id: info.executor_id.value, info, resources: readResources(info.resources) };
}

function withRole(executor: mesos.ExecutorInfo, role: string): mesos.ExecutorInfo {
  return { ...executor, resources: withAllocation(executor.resources, role) };
}

function withFramework(executor: mesos.ExecutorInfo, frameworkId: FrameworkId): mesos.ExecutorInfo {
  return executor.framework_id ? executor : { ...executor, framework_id: { value: frameworkId } };
}

/** Sets the type of a health check that has none by the member it has. */
function withCheckType(task: mesos.TaskInfo): mesos.TaskInfo {
  const check = task.health_check;
  if (!check || check.type !== undefined) return task;
  if (check.command && !check.http) return { ...task, health_check: { ...check, type: 'COMMAND' } };
  if (check.http && !check.command) return { ...task, health_check: { ...check, type: 'HTTP' } };
  return task;
}
