/**
 * Drains the agent: its tasks are killed within the granted grace period, and no new ones are taken.
 *
 * In: master.drain
 * Out: event(KILL), destroy, updates
 */

import type * as mesos from '../../../api/generated/mesos';
import { note } from '../../../model/machine';
import { keep } from '../checkpoint/keep';
import type { EventOf } from '../state/events';
import { type AgentFramework, type AgentState, isPartitionAware } from '../state/state';
import type { Turn } from '../state/turn';
import { endDrain } from './drained';
import { killTask } from './kill';

export function drain(turn: Turn, event: EventOf<'master.drain'>): void {
  const { state, now } = turn;
  state.drain = event.config;
  state.drainStartedAt = now;
  keep(state, { entry: 'drain', value: event.config });
  note(turn, 'warn', 'draining: every task is killed', {});
  for (const framework of [...state.frameworks.values()]) killAll(turn, event, framework);
  endDrain(state);
}

function killAll(turn: Turn, event: EventOf<'master.drain'>, { id, executors }: AgentFramework): void {
  const infos = [...executors.values()].flatMap(({ queued, tasks }) => [
    ...queued.values(),
    ...[...tasks.values()].map(({ info }) => info),
  ]);
  for (const info of infos)
    killTask(turn, {
      framework_id: { value: id },
      task_id: info.task_id,
      kill_policy: policyOf(info, event.config),
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
