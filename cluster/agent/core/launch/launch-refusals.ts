/**
 * The reasons why tasks are not launched, in the order and words of the original (Mesos 1.11 src/slave/slave.cpp, __run).
 * What this agent does not support is refused, not ignored.
 */

import type * as mesos from '../../../api/generated/mesos';
import { isAllowed, thing } from '../../../model/authorizer';
import { idError } from '../../../model/ids';
import { containsResources, readResources, unallocated } from '../../../model/resources';
import { stateFor, type TaskState } from '../../../model/task-state';
import { needsCheckpoint } from '../../../model/volumes';
import { type AgentState, findExecutor, isPartitionAware } from '../state/state';
import type { Launch } from './launch-request';
import { unsupportedPart } from './unsupported';

export interface Refusal {
  readonly state: TaskState;
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
}

/** The first reason that there is. */
export function refusalOf(state: AgentState, launch: Launch): Refusal | undefined {
  return (
    formRefusal(state, launch) ??
    limitsRefusal(state, launch) ??
    authorizationRefusal(state, launch) ??
    stateRefusal(state, launch) ??
    resourcesRefusal(state, launch) ??
    executorRefusal(launch) ??
    unsupported(state, launch)
  );
}

/** A launch that no master of the original would send. */
function formRefusal(state: AgentState, { framework, info, tasks, kind }: Launch): Refusal | undefined {
  const ids = [framework.id, info.executor_id.value, ...tasks.map(({ task_id }) => task_id.value)];
  const wrongId = ids.map(idError).find((error) => error !== undefined);
  if (wrongId !== undefined) return failure(wrongId);
  const present = tasks.find(({ task_id }) => findExecutor(state, framework.id, task_id.value));
  if (present) return failure(`Task ${present.task_id.value} is already here`);
  if (kind === 'command' && framework.executors.has(info.executor_id.value))
    return failure(`Executor ${info.executor_id.value} is already here`);
  return undefined;
}

/** Limits that no isolator keeps. The reason is the original's, odd as it is. */
function limitsRefusal({ boot }: AgentState, launch: Launch): Refusal | undefined {
  const { isolators } = boot.settings;
  if (!isolators) return undefined;
  for (const [resource, what] of [
    ['cpus', 'CPU'],
    ['mem', 'Memory'],
  ] as const) {
    const isolator = `cgroups/${resource.slice(0, 3)}`;
    if (isolators.includes(isolator) || isolators.includes('cgroups/all')) continue;
    if (!launch.tasks.some(({ limits }) => limits?.[resource] !== undefined)) continue;
    const text = `${what} limits can only be set on tasks launched in Mesos containers when the agent has loaded the`;
    return dropped(launch, 'REASON_GC_ERROR', `${text} '${isolator}' isolator`);
  }
  return undefined;
}

/** A task that its framework may not run as its user on this agent, whatever the master allows. */
function authorizationRefusal({ boot }: AgentState, launch: Launch): Refusal | undefined {
  const { framework, tasks, group } = launch;
  const { principal, user } = framework.info;
  const sender = principal === undefined ? undefined : { value: principal };
  const refused = tasks.find(({ command, executor }) => {
    const runAs = command?.user ?? executor?.command?.user ?? user;
    return !isAllowed(boot.settings.acls, 'run_tasks', sender, thing(runAs));
  });
  if (!refused) return undefined;
  return {
    state: 'TASK_ERROR',
    reason: group ? 'REASON_TASK_GROUP_UNAUTHORIZED' : 'REASON_TASK_UNAUTHORIZED',
    message: `Framework ${framework.id} is not authorized to launch task ${refused.task_id.value}`,
  };
}

function stateRefusal({ phase, drain }: AgentState, launch: Launch): Refusal | undefined {
  if (phase === 'stopping' || launch.framework.terminating)
    return dropped(launch, 'REASON_EXECUTOR_TERMINATED', 'The agent is shutting down');
  const text = 'Task was received while agent was already draining';
  return drain ? dropped(launch, 'REASON_AGENT_DRAINING', text) : undefined;
}

/** Reservations and volumes that a launch uses have come before it, unless their message was lost. */
function resourcesRefusal(state: AgentState, launch: Launch): Refusal | undefined {
  if (launch.version !== undefined && launch.version !== state.resourceVersion)
    return dropped(launch, 'REASON_INVALID_OFFERS', 'Task assumes outdated resource state');
  const checkpointed = readResources(state.checkpointed);
  const isUnknown = ({ resources = [] }: Pick<mesos.TaskInfo, 'resources'>): boolean =>
    unallocated(readResources(resources))
      .filter(needsCheckpoint)
      .some((resource) => !containsResources(checkpointed, [resource]));
  const what = launch.tasks.some(isUnknown)
    ? 'The checkpointed resources being used by the task or task group are unknown to the agent'
    : launch.kind !== 'command' && isUnknown(launch.info)
      ? 'The checkpointed resources being used by the executor are unknown to the agent'
      : undefined;
  return what === undefined ? undefined : dropped(launch, 'REASON_RESOURCES_UNKNOWN', what);
}

/** The executor is there and should not be, or is not there and should be, or is about to end. */
function executorRefusal(launch: Launch): Refusal | undefined {
  const { framework, info, kind, launchExecutor } = launch;
  const executor = framework.executors.get(info.executor_id.value);
  const why = (text: string): Refusal => dropped(launch, 'REASON_EXECUTOR_TERMINATED', text);
  if (kind === 'command') return undefined;
  if (launchExecutor === true && executor)
    return why('Master wants to launch executor, but one already exists');
  if (launchExecutor === false && !executor)
    return why('No executor is expected to launch and there is none running');
  if (executor?.state === 'terminating' || executor?.state === 'terminated')
    return why(`Executor ${executor.state}`);
  return undefined;
}

function unsupported({ boot }: AgentState, { tasks, kind }: Launch): Refusal | undefined {
  const text = unsupportedPart({ kind, kinds: boot.settings.executorKinds, tasks });
  return text === undefined ? undefined : failure(text);
}

/** A task that was never launched, which frameworks without partition awareness know as lost. */
function dropped({ framework }: Launch, reason: mesos.TaskStatus.Reason, message: string): Refusal {
  return { state: stateFor(isPartitionAware(framework), 'TASK_DROPPED'), reason, message };
}

function failure(message: string): Refusal {
  return { state: 'TASK_FAILED', reason: 'REASON_CONTAINER_LAUNCH_FAILED', message };
}
