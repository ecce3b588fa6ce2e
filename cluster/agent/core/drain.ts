/**
 * Drains the agent: its tasks are killed within the granted grace period, and no new ones are taken.
 *
 * In: master.drain
 * Out: event(KILL), destroy, updates
 */

import type * as mesos from '../../api/generated/mesos';
import type { AgentEffect } from './effects';
import type { EventOf } from './events';
import { killTask } from './kill';
import { type AgentState, endDrain, isPartitionAware } from './state';

export function drain(state: AgentState, event: EventOf<'master.drain'>): AgentEffect[] {
  if (event.from !== state.master) return [];
  state.drain = event.config;
  state.drainStartedAt = event.at;
  const effects = [...state.frameworks.values()].flatMap(({ id, executors }) =>
    killAll(state, event, id, executors),
  );
  endDrain(state);
  return [{ kind: 'note', level: 'warn', text: 'draining: every task is killed', fields: {} }, ...effects];
}

function killAll(
  state: AgentState,
  event: EventOf<'master.drain'>,
  frameworkId: string,
  executors: ReadonlyMap<
    string,
    { queued: ReadonlyMap<string, mesos.TaskInfo>; tasks: ReadonlyMap<string, { info: mesos.TaskInfo }> }
  >,
): AgentEffect[] {
  const infos = [...executors.values()].flatMap(({ queued, tasks }) => [
    ...queued.values(),
    ...[...tasks.values()].map(({ info }) => info),
  ]);
  return infos.flatMap((info) => {
    const message = {
      framework_id: { value: frameworkId },
      task_id: info.task_id,
      kill_policy: policyOf(info, event.config),
    };
    return killTask(state, { kind: 'master.killTask', at: event.at, from: event.from, message });
  });
}

/** The kill policy with the shorter of the task's own grace period and the granted one. */
function policyOf(
  info: mesos.TaskInfo,
  { max_grace_period: granted }: mesos.DrainConfig,
): mesos.KillPolicy | undefined {
  const taskGrace = info.kill_policy?.grace_period;
  if (!granted) return info.kill_policy;
  const shorter =
    taskGrace && Number(taskGrace.nanoseconds) < Number(granted.nanoseconds) ? taskGrace : granted;
  return { grace_period: shorter };
}

/**
 * The status of a task that a drain killed: it has the reason, and on an agent to be marked gone the task is
 * gone, too.
 */
export function drainStatus(
  state: AgentState,
  frameworkId: string,
  status: mesos.TaskStatus,
): mesos.TaskStatus {
  if (!state.drain || !['TASK_KILLED', 'TASK_KILLING'].includes(status.state)) return status;
  const aware = isPartitionAware(state.frameworks.get(frameworkId));
  const isGone = status.state === 'TASK_KILLED' && state.drain.mark_gone && aware;
  return {
    ...status,
    state: isGone ? 'TASK_GONE_BY_OPERATOR' : status.state,
    reason: 'REASON_AGENT_DRAINING',
  };
}
