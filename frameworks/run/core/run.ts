/**
 * A run: tasks are launched on the first offer that has room for all of them, and followed to their ends (Mesos 1.11
 * src/cli/execute.cpp).
 *
 * In: what the master tells. Out: calls to it, lines for people, and the end with the exit status.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { Ranges } from '../../../cluster/model/ranges';
import {
  containsResources,
  NO_RESOURCES,
  type Resources,
  readResources,
  type WireResource,
  withAmount,
} from '../../../cluster/model/resources';
import { isTerminal } from '../../../cluster/model/task-state';
import {
  consumePorts,
  consumeScalar,
  remainderOf,
  scalarAmount,
  usableResources,
} from '../../kit/core/match/resources';
import { scalarResources, taskResources } from '../../kit/core/task/task-info';
import type { RunPlan } from './plan';

export type RunEffect =
  | { readonly kind: 'call'; readonly call: scheduler.Call }
  | { readonly kind: 'line'; readonly text: string }
  /** A kill after the time of the plan. */
  | { readonly kind: 'killLater'; readonly call: scheduler.Call }
  | { readonly kind: 'end'; readonly status: number };

/** The resources of a default executor, as the original has them. */
const EXECUTOR = { cpus: 0.1, mem: 32, disk: 32 };

export interface Run {
  readonly plan: RunPlan;
  frameworkId: mesos.FrameworkID | undefined;
  isLaunched: boolean;
  /** True once all tasks have ended. */
  isOver: boolean;
  /** The ids of tasks that have run, and are killed after the time of the plan: once, though checks tell it again. */
  readonly killsLater: Set<string>;
  /** The ends of tasks by their ids. */
  readonly ends: Map<string, mesos.TaskState>;
}

export function newRun(plan: RunPlan): Run {
  return {
    plan,
    frameworkId: undefined,
    isLaunched: false,
    isOver: false,
    killsLater: new Set(),
    ends: new Map(),
  };
}

/** The framework to subscribe with: after a lost connection it is the same one. */
export function frameworkOf({ plan: { framework }, frameworkId: id }: Run): mesos.FrameworkInfo {
  return id ? { ...framework, id } : framework;
}

export function subscribed(run: Run, { framework_id }: scheduler.Event.Subscribed): readonly RunEffect[] {
  const isNew = run.frameworkId === undefined;
  run.frameworkId = framework_id;
  return isNew ? [line(`Subscribed with ID ${framework_id.value}`)] : [];
}

/** The connection is gone; after the end of the tasks the master has ended it. */
export function disconnected(run: Run): readonly RunEffect[] {
  return run.isOver ? [endOf(run)] : [];
}

export function received(run: Run, event: scheduler.Event): readonly RunEffect[] {
  if (event.offers) return (event.offers.offers ?? []).flatMap((offer) => offered(run, offer));
  if (event.update) return updated(run, event.update.status);
  if (event.type !== 'ERROR') return [];
  return [line(`Received an ERROR event: ${event.error?.message}`), { kind: 'end', status: 1 }];
}

/** The exit status is 0 when each task has finished. */
export function endOf({ ends, isOver }: Run): RunEffect {
  const hasFinished = [...ends.values()].every((state) => state === 'TASK_FINISHED');
  return { kind: 'end', status: hasFinished && isOver ? 0 : 1 };
}

function callOf({ frameworkId: framework_id }: Run, call: scheduler.Call): RunEffect {
  return { kind: 'call', call: { framework_id, ...call } };
}

function offered(run: Run, offer: mesos.Offer): readonly RunEffect[] {
  const launch = run.isLaunched ? undefined : launchOn(run.plan, offer, run.frameworkId);
  if (!launch) return [callOf(run, { type: 'DECLINE', decline: { offer_ids: [offer.id] } })];
  run.isLaunched = true;
  const ids = run.plan.tasks.map(({ task_id }) => task_id.value);
  const noun = run.plan.group ? `task group with tasks [ ${ids.join(', ')} ]` : `task '${ids.join(', ')}'`;
  return [
    callOf(run, { type: 'ACCEPT', accept: { offer_ids: [offer.id], operations: [launch] } }),
    callOf(run, { type: 'SUPPRESS', suppress: {} }),
    line(`Submitted ${noun} to agent '${offer.agent_id.value}'`),
  ];
}

function updated(run: Run, status: mesos.TaskStatus): readonly RunEffect[] {
  const { task_id, agent_id, uuid, state } = status;
  const { plan, ends, killsLater } = run;
  const effects: RunEffect[] = printStatus(status).map(line);
  if (uuid !== undefined && agent_id)
    effects.push(callOf(run, { type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } }));
  if (state === 'TASK_RUNNING' && plan.killAfterMs !== undefined && !killsLater.has(task_id.value)) {
    killsLater.add(task_id.value);
    effects.push({ kind: 'killLater', call: killOf(run, task_id, agent_id) });
  }
  if (!isTerminal(state) || ends.has(task_id.value)) return effects;
  ends.set(task_id.value, state);
  if (ends.size < plan.tasks.length) return effects;
  run.isOver = true;
  return [...effects, callOf(run, { type: 'TEARDOWN' })];
}

function killOf(
  { frameworkId: framework_id }: Run,
  task_id: mesos.TaskID,
  agent_id: mesos.AgentID | undefined,
): scheduler.Call {
  return { type: 'KILL', framework_id, kill: { task_id, agent_id } };
}

function line(text: string): RunEffect {
  return { kind: 'line', text };
}

function printStatus({ task_id, state, message, source, reason, healthy }: mesos.TaskStatus): string[] {
  return [
    `Received status update ${state} for task '${task_id.value}'`,
    ...(message === undefined ? [] : [`  message: '${message}'`]),
    ...(source === undefined ? [] : [`  source: ${source}`]),
    ...(reason === undefined ? [] : [`  reason: ${reason}`]),
    ...(healthy === undefined ? [] : [`  healthy?: ${healthy}`]),
  ];
}

/** The launch of all tasks of a plan on an offer; undefined when it has too little. */
function launchOn(
  { framework, tasks, group }: RunPlan,
  offer: mesos.Offer,
  frameworkId: mesos.FrameworkID | undefined,
): mesos.Offer.Operation | undefined {
  const role = framework.role ?? '*';
  const offered = readResources(offer.resources as readonly WireResource[] | undefined);
  let usable: Resources | undefined = usableResources(offered, new Set(['*', role]));
  const placed: mesos.TaskInfo[] = [];
  for (const task of tasks) {
    const consumed: Resources | undefined = take(usable, readResources(task.resources as WireResource[]));
    if (!consumed) return undefined;
    usable = remainderOf(usable, consumed);
    placed.push({ ...task, agent_id: offer.agent_id, resources: taskResources(consumed, role) });
  }
  if (!group) return { type: 'LAUNCH', launch: { task_infos: placed } };
  if (!take(usable, readResources(scalarResources(EXECUTOR, role) as WireResource[]))) return undefined;
  const executor: mesos.ExecutorInfo = {
    type: 'DEFAULT',
    executor_id: { value: 'default-executor' },
    framework_id: frameworkId,
    resources: scalarResources(EXECUTOR, role),
    ...(group.container && { container: group.container }),
  };
  return { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks: placed } } };
}

/** The resources for a task, reserved ones first; undefined when there are too few. */
function take(usable: Resources, wanted: Resources): Resources | undefined {
  let left = usable;
  let consumed: Resources = NO_RESOURCES;
  for (const resource of wanted) {
    const part = takeOne(left, resource);
    if (!part || !containsResources(left, part)) return undefined;
    left = remainderOf(left, part);
    consumed = [...consumed, ...part];
  }
  return consumed;
}

function takeOne(usable: Resources, { name, amount }: Resources[number]): Resources | undefined {
  if (amount.type === 'SCALAR')
    return scalarAmount(usable, name) < amount.milli ? undefined : consumeScalar(usable, name, amount.milli);
  if (amount.type === 'RANGES' && name === 'ports') return consumePorts(usable, portsOf(amount.ranges));
  const offered = usable.find((candidate) => candidate.name === name);
  return offered && [withAmount(offered, amount)];
}

function portsOf(ranges: Ranges): number[] {
  return ranges.flatMap(([begin, end]) => portsBetween(begin, end));
}

function portsBetween(begin: number, end: number): number[] {
  return Array.from({ length: end - begin + 1 }, (_none, index) => begin + index);
}
