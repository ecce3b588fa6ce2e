/**
 * Tasks that a returning agent reports: unknown ones are adopted; the agent is asked about those that it does not
 * report.
 *
 * Out: publish(TASK_ADDED), event(UPDATE)
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { type AgentId, type FrameworkId, lookUp, type TaskId } from '../../../model/ids';
import { isTerminal } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { addAgent, removeAgent } from '../allocator/agents';
import { allocateResources, recoverResources } from '../allocator/allocated';
import { agentFacts } from '../offer-constraints/agent-facts';
import { type ReportedTask, readReportedTask } from '../read/agent-report';
import type { ReturnFrom } from '../registry/changes';
import type { MasterEffect } from '../state/effects';
import { taskKey } from '../state/keys';
import {
  type Agent,
  countOf,
  type Framework,
  type MasterState,
  type OfferRecord,
  type TaskRecord,
} from '../state/state';
import { emit, type Turn } from '../state/turn';
import { publishTasks } from '../tasks/publish-tasks';
import { addCompleted } from '../tasks/record';
import { latestForwardedState, sendUpdate } from '../tasks/status-updates';
import { dropUnreachable, takeUnreachable } from '../tasks/unreachable';

/** Adds tasks that ended before this master led to the completed ones of known frameworks. */
export function adoptCompleted(
  state: MasterState,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): void {
  for (const { framework_info, tasks } of message.completed_frameworks ?? []) {
    const framework = lookUp(state.frameworks, framework_info.id?.value);
    if (!framework || !tasks || tasks.length === 0) continue;
    const completedIds = new Set(framework.completedTasks.map(({ id }) => id));
    for (const task of tasks) {
      const id = task.task_id.value;
      if (completedIds.has(id) || framework.tasks.has(id) || !isTerminal(task.state)) continue;
      addCompleted(state, framework, recordOf(readReportedTask(task), framework, agent.id));
    }
  }
}

interface ReturnedTasks {
  readonly message: internal.ReregisterSlaveMessage;
  readonly from: ReturnFrom;
  readonly now: Millis;
}

/** Adopts the agent's tasks, except those of frameworks that have ended and those that another agent has. */
export function adoptTasks(turn: Turn, agent: Agent, { message, from, now }: ReturnedTasks): void {
  const { state } = turn;
  const before = new Map(agent.tasks);
  agent.tasks.clear();
  takeUnreachable(state, agent.id);
  if (from !== 'registry') {
    forgetEnded(state, message);
  }
  for (const task of message.tasks ?? []) {
    const framework = state.frameworks.get(task.framework_id.value);
    if (!framework) continue;
    const elsewhere = framework.tasks.get(task.task_id.value);
    if (elsewhere && elsewhere.agentId !== agent.id) {
      emit(turn, claimedTwice(task, elsewhere));
      continue;
    }
    const key = taskKey({ frameworkId: framework.id, id: task.task_id.value });
    const existing = before.get(key);
    before.delete(key);
    const record = existing ?? recordOf(readReportedTask(task), framework, agent.id);
    agent.tasks.set(key, record);
    if (existing) continue;
    dropUnreachable(state, framework, record.id);
    framework.tasks.set(record.id, record);
    countAdopted(framework, record);
    publishTasks(turn, [record]);
    sendReturnedTask(turn, framework, record, { from, now });
  }
  for (const task of before.values()) agent.tasks.set(taskKey(task), task);
  share(state, agent, [...agent.tasks.values()]);
}

/** Counts an adopted task that has ended, since the framework's metrics start anew with this master. */
function countAdopted(framework: Framework, { state }: TaskRecord): void {
  if (isTerminal(state)) countOf(framework, `tasks/terminal/${state.toLowerCase()}`);
}

/** Removes tasks that the agent still has from the completed ones: they were taken for lost with it. */
function forgetEnded(state: MasterState, message: internal.ReregisterSlaveMessage): void {
  const byFramework = new Map<FrameworkId, Set<TaskId>>();
  for (const { framework_id, task_id } of message.tasks ?? []) {
    const ids = byFramework.get(framework_id.value) ?? new Set();
    byFramework.set(framework_id.value, ids.add(task_id.value));
  }
  for (const [id, taskIds] of byFramework) {
    const completed = state.frameworks.get(id)?.completedTasks;
    for (let index = (completed?.length ?? 0) - 1; completed && index >= 0; index--) {
      const task = completed[index];
      if (task && taskIds.has(task.id)) completed.splice(index, 1);
    }
  }
}

/** The note when a second agent reports a task; the agent that reported it first keeps it. */
function claimedTwice(task: mesos.Task, existing: TaskRecord): MasterEffect {
  const fields = {
    task: existing.id,
    framework: existing.frameworkId,
    believed: existing.agentId,
    ignored: task.agent_id.value,
  };
  return { kind: 'note', level: 'warn', text: 'ignored a task that another agent reported first', fields };
}

const RETURNED = {
  unreachable: 'Unreachable agent re-reregistered',
  unknown: 'Unknown agent reregistered',
} as const;

/** Tells the framework that a task it took for lost is back. */
function sendReturnedTask(
  turn: Turn,
  framework: Framework,
  task: TaskRecord,
  { from, now }: { readonly from: ReturnFrom; readonly now: Millis },
): void {
  if (from === 'registry') return;
  const last = task.statuses.at(-1);
  sendUpdate(turn, framework, {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    executor_id: task.executorId === undefined ? undefined : { value: task.executorId },
    state: task.state,
    healthy: last?.healthy,
    check_status: last?.check_status,
    container_status: last?.container_status,
    source: 'SOURCE_MASTER',
    reason: 'REASON_AGENT_REREGISTERED',
    message: RETURNED[from],
    timestamp: now / 1000,
  });
}

/** Adds the agent to the allocator, and allocates the resources of its tasks and offers; see forgetShares. */
function share(state: MasterState, agent: Agent, tasks: readonly TaskRecord[]): void {
  const { id, total } = agent;
  addAgent(state.allocator, { id, total, facts: agentFacts(agent.info, agent.capabilities) });
  for (const task of tasks) if (task.holdsResources) allocateResources(state.allocator, task, task.resources);
  for (const offer of offersOf(state, agent)) allocateResources(state.allocator, offer, offer.resources);
}

/** The offers of an agent that stay while it reregisters. */
function offersOf(state: MasterState, agent: Agent): OfferRecord[] {
  return [...agent.offers].flatMap((id) => state.offers.get(id) ?? []);
}

/** Removes an agent and the allocations on it from the allocator, before it is adopted with other resources. */
export function forgetShares(state: MasterState, agent: Agent): void {
  for (const task of agent.tasks.values())
    if (task.holdsResources) recoverResources(state.allocator, task, task.resources);
  for (const executor of agent.executors.values())
    recoverResources(state.allocator, executor, executor.resources);
  for (const offer of offersOf(state, agent)) recoverResources(state.allocator, offer, offer.resources);
  removeAgent(state.allocator, agent.id, true);
}

/** Messages that ask the agent about tasks it did not report: it answers each with a status update. */
export function reconciliations(
  state: MasterState,
  agent: Agent,
  { message, now }: Pick<ReturnedTasks, 'message' | 'now'>,
): internal.ReconcileTasksMessage[] {
  const reported = new Set(
    (message.tasks ?? []).map((task) =>
      taskKey({ frameworkId: task.framework_id.value, id: task.task_id.value }),
    ),
  );
  const byFramework = new Map<FrameworkId, mesos.TaskStatus[]>();
  for (const [key, task] of agent.tasks) {
    if (reported.has(key)) continue;
    const status = {
      task_id: { value: task.id },
      agent_id: { value: agent.id },
      state: latestForwardedState(task),
      source: 'SOURCE_MASTER',
      message: 'Reconciliation request',
      reason: 'REASON_RECONCILIATION',
      timestamp: now / 1000,
    } as const;
    byFramework.set(task.frameworkId, [...(byFramework.get(task.frameworkId) ?? []), status]);
  }
  return [...byFramework].map(([id, statuses]) => ({
    framework_id: { value: id },
    framework: state.frameworks.get(id)?.info,
    statuses,
  }));
}

function recordOf(
  { info: task, resources, role }: ReportedTask,
  framework: Framework,
  agentId: AgentId,
): TaskRecord {
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
    resources,
    holdsResources: !isTerminal(task.state),
    role: role ?? framework.roles[0] ?? '*',
    parts: {
      labels: task.labels,
      discovery: task.discovery,
      container: task.container,
      health_check: task.health_check,
      kill_policy: task.kill_policy,
      limits: task.limits,
      user: task.user,
    },
    killWanted: false,
  };
}
