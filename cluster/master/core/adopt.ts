/**
 * What a returning agent brings along: frameworks and tasks this master has not seen, and tasks it should have and has not.
 */

import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import { NO_RESOURCES, readResources, unallocated, type WireResource } from '../../model/resources';
import { isTerminal } from '../../model/task-state';
import type { Millis } from '../../model/time';
import { addAgent, recover, removeAgent, take } from './allocator/state';
import type { MasterEffect } from './effects';
import { createFramework } from './frameworks';
import type { Agent, Framework, MasterState, TaskRecord } from './state';
import { completeTask, taskKey } from './task-record';
import { publishTask, tell } from './tasks';
import { printFramework } from './views/operator';

const SHUTDOWN_FRAMEWORK = 'mesos.internal.ShutdownFrameworkMessage';

/** Frameworks of the agent's tasks that have not subscribed since we lead: known as "recovered" until they do. */
export function adoptFrameworks(
  state: MasterState,
  message: internal.ReregisterSlaveMessage,
): MasterEffect[] {
  return (message.frameworks ?? []).flatMap((info): MasterEffect[] => {
    const id = info.id?.value;
    if (id === undefined || state.frameworks.has(id) || state.completed.has(id)) return [];
    const framework = createFramework(state, id, info);
    const printed = printFramework(state, framework);
    return [{ kind: 'publish', event: { type: 'FRAMEWORK_ADDED', framework_added: { framework: printed } } }];
  });
}

/** Takes over the agent's tasks. Those of a framework that has ended are shut down. */
export function adoptTasks(
  state: MasterState,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
  now: Millis,
): MasterEffect[] {
  const effects: MasterEffect[] = [];
  const ended = new Set<string>();
  const before = new Map(agent.tasks);
  agent.tasks.clear();
  const kept: TaskRecord[] = [];
  for (const task of message.tasks ?? []) {
    const framework = state.frameworks.get(task.framework_id.value);
    if (!framework) {
      ended.add(task.framework_id.value);
      continue;
    }
    const elsewhere = framework.tasks.get(task.task_id.value);
    if (elsewhere && elsewhere.agentId !== agent.id) {
      effects.push(claimedTwice(task, elsewhere));
      continue;
    }
    const key = taskKey({ frameworkId: framework.id, id: task.task_id.value });
    const known = before.get(key);
    before.delete(key);
    const record = known ?? readTask(task, framework, agent.id);
    agent.tasks.set(key, record);
    kept.push(record);
    if (!known) effects.push(...adopted(framework, record, now));
  }
  for (const task of before.values()) agent.tasks.set(taskKey(task), task);
  const all = [...agent.tasks.values()];
  share(state, agent, all);
  for (const task of before.values()) if (isTerminal(task.state)) finish(state, task);
  for (const id of ended) {
    effects.push({
      kind: 'send',
      to: agent.pid,
      name: SHUTDOWN_FRAMEWORK,
      message: { framework_id: { value: id } },
    });
  }
  return effects;
}

/** Two agents say they run the same task. The one we knew first is believed. */
function claimedTwice(task: mesos.Task, known: TaskRecord): MasterEffect {
  const fields = {
    task: known.id,
    framework: known.frameworkId,
    believed: known.agentId,
    ignored: task.agent_id.value,
  };
  return { kind: 'note', level: 'warn', text: 'a task is claimed by a second agent', fields };
}

function adopted(framework: Framework, task: TaskRecord, now: Millis): MasterEffect[] {
  const back = framework.unreachableTasks.delete(task.id);
  framework.tasks.set(task.id, task);
  const told = back
    ? tell(framework, {
        task_id: { value: task.id },
        agent_id: { value: task.agentId },
        state: task.state,
        source: 'SOURCE_MASTER',
        reason: 'REASON_AGENT_REREGISTERED',
        message: 'Agent re-registered',
        timestamp: now / 1000,
      })
    : [];
  return [publishTask(task), ...told];
}

/** Counts what the agent's tasks use anew; see forgetShares. */
function share(state: MasterState, agent: Agent, tasks: readonly TaskRecord[]): void {
  addAgent(state.allocator, agent.id, agent.total, NO_RESOURCES);
  for (const task of tasks) if (task.holdsResources) take(state.allocator, task, task.resources);
}

/** Takes a known agent and what its tasks use out of the allocator, before it is adopted anew. */
export function forgetShares(state: MasterState, agent: Agent): void {
  for (const task of agent.tasks.values())
    if (task.holdsResources) recover(state.allocator, task, task.resources);
  removeAgent(state.allocator, agent.id);
}

function finish(state: MasterState, task: TaskRecord): void {
  const framework = state.frameworks.get(task.frameworkId);
  if (framework) completeTask(state, framework, task);
}

/** Tasks the master has for this agent and the agent did not report: it will answer for each. */
export function reconciliations(
  state: MasterState,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): internal.ReconcileTasksMessage[] {
  const reported = new Set(
    (message.tasks ?? []).map((task) =>
      taskKey({ frameworkId: task.framework_id.value, id: task.task_id.value }),
    ),
  );
  const byFramework = new Map<string, mesos.TaskStatus[]>();
  for (const [key, task] of agent.tasks) {
    if (reported.has(key) || isTerminal(task.state)) continue;
    const status = { task_id: { value: task.id }, agent_id: { value: agent.id }, state: task.state };
    byFramework.set(task.frameworkId, [...(byFramework.get(task.frameworkId) ?? []), status]);
  }
  return [...byFramework].map(([id, statuses]) => ({
    framework_id: { value: id },
    framework: state.frameworks.get(id)?.info,
    statuses,
  }));
}

function readTask(task: mesos.Task, framework: Framework, agentId: string): TaskRecord {
  const wire = readResources(task.resources as readonly WireResource[] | undefined);
  const role = (task.resources ?? []).find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
  return {
    id: task.task_id.value,
    frameworkId: framework.id,
    agentId,
    name: task.name,
    executorId: task.executor_id?.value || undefined,
    state: task.state,
    statuses: task.statuses ?? [],
    forwarded:
      task.status_update_state !== undefined && task.status_update_uuid !== undefined
        ? { state: task.status_update_state, uuid: task.status_update_uuid }
        : undefined,
    resources: unallocated(wire),
    holdsResources: !isTerminal(task.state),
    role: role ?? framework.roles[0] ?? '*',
    parts: {
      labels: task.labels,
      discovery: task.discovery,
      container: task.container,
      health_check: task.health_check,
      kill_policy: task.kill_policy,
      user: task.user,
    },
    killWanted: false,
  };
}
