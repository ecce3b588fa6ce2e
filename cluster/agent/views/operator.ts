/**
 * The state of the agent as messages of its v1 operator API (mesos.v1.agent, Mesos 1.11 src/slave/http.cpp).
 */

import type * as api from '../../api/generated/agent';
import type * as mesos from '../../api/generated/mesos';
import { hideExecutorSecrets, hideTaskSecrets } from '../../model/hide-secrets';
import { isTerminal } from '../../model/task-state';
import type { AgentFramework, AgentState, AgentTask, Executor } from '../core/state/state';
import { printTask } from '../core/tasks/print-task';
import { executorsOf } from './allocated';

/** A reply with every list, even empty ones, as the original shows them. */
type Whole<Reply> = { readonly [Name in keyof Reply]-?: NonNullable<Reply[Name]> };

export function getFrameworks({
  frameworks,
  completedFrameworks,
}: AgentState): Whole<api.Response.GetFrameworks> {
  const print = ({ info }: AgentFramework) => ({ framework_info: info });
  return {
    frameworks: [...frameworks.values()].map(print),
    completed_frameworks: [...completedFrameworks.values()].map(print),
  };
}

export function getExecutors(state: AgentState): Whole<api.Response.GetExecutors> {
  const print = ({ info }: Executor) => ({ executor_info: hideExecutorSecrets(info) });
  const all = everyFramework(state);
  return {
    executors: all.flatMap(({ executors }) => [...executors.values()].map(print)),
    completed_executors: all.flatMap(({ completedExecutors }) => completedExecutors.map(print)),
  };
}

/** The tasks by their progress: queued, launched, terminated and not acknowledged, completed. */
export function getTasks(state: AgentState): Whole<api.Response.GetTasks> {
  const executors = everyFramework(state).flatMap((framework) => [
    ...framework.executors.values(),
    ...framework.completedExecutors,
  ]);
  const print = (tasks: (executor: Executor) => Iterable<AgentTask>): mesos.Task[] =>
    executors.flatMap((executor) =>
      [...tasks(executor)].map((task) => hideTaskSecrets(printTask(state, executor, task))),
    );
  const ended = (wanted: boolean) => (executor: Executor) =>
    [...executor.tasks.values()].filter((task) => isTerminal(task.state) === wanted);
  return {
    pending_tasks: [],
    queued_tasks: print(({ queued }) => queuedTasks(queued.values())),
    launched_tasks: print(ended(false)),
    terminated_tasks: print(ended(true)),
    completed_tasks: print(({ completedTasks }) => completedTasks),
  };
}

function queuedTasks(infos: Iterable<mesos.TaskInfo>): AgentTask[] {
  return [...infos].map((info) => ({ info, state: 'TASK_STAGING', statuses: [] }));
}

function everyFramework({ frameworks, completedFrameworks }: AgentState): AgentFramework[] {
  return [...frameworks.values(), ...completedFrameworks.values()];
}

export function getAgent({ boot, agentId, drain, drainStartedAt }: AgentState): api.Response.GetAgent {
  return {
    agent_info: {
      hostname: boot.hostname,
      port: boot.port,
      resources: boot.resources,
      attributes: boot.attributes,
      domain: boot.domain,
      id: agentId === undefined ? undefined : { value: agentId },
    },
    drain_config: drain,
    estimated_drain_start_time:
      drainStartedAt === undefined
        ? undefined
        : { nanoseconds: BigInt(Math.floor(drainStartedAt / 1000)) * 1_000_000_000n },
  };
}

/** The executors whose containers have not ended. */
export function containersOf(state: AgentState): Executor[] {
  return executorsOf(state).filter((executor) => executor.state !== 'terminated');
}

/** The operations whose statuses are not acknowledged, as far as a principal may view the roles of their resources. */
export function getOperations(
  { operations }: AgentState,
  mayViewRole: (role: string) => boolean,
): api.Response.GetOperations {
  const visible = [...operations.values()].filter(({ operation }) =>
    rolesOf(operation.info).every((role) => mayViewRole(role)),
  );
  return visible.length === 0 ? {} : { operations: visible.map(({ operation }) => operation) };
}

/** The roles that the resources of an operation are allocated to or reserved for. */
function rolesOf(info: mesos.Offer.Operation): string[] {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume } = info;
  const resources = [
    ...(reserve?.resources ?? []),
    ...(unreserve?.resources ?? []),
    ...(create?.volumes ?? []),
    ...(destroy?.volumes ?? []),
    ...(grow_volume ? [grow_volume.volume, grow_volume.addition] : []),
    ...(shrink_volume ? [shrink_volume.volume] : []),
  ];
  return resources.flatMap(({ allocation_info, reservations = [] }) =>
    [allocation_info?.role, ...reservations.map(({ role }) => role)].flatMap((role) => role ?? []),
  );
}
