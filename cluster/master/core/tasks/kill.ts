/**
 * KILL: a message to the agent, at once and again when it returns.
 *
 * In: KILL      Out: send, event(UPDATE)
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import type { MasterEffect } from '../state/effects';
import { type Agent, count, type Framework, type TaskRecord } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { reconcileTask } from './reconcile';

const KILL = 'mesos.internal.KillTaskMessage';

/**
 * KILL: sends the agent a message to kill the task. An unknown task is reconciled instead. While the agent is away the
 * task is only marked: the kill is sent when it reregisters.
 */
export function kill(turn: Turn, framework: Framework, call: scheduler.Call.Kill): void {
  const { state } = turn;
  const task = framework.tasks.get(call.task_id.value);
  if (!task) {
    count(state, 'master/messages_reconcile_tasks');
    return reconcileTask(turn, framework, { task_id: call.task_id, agent_id: call.agent_id });
  }
  // A kill that names another agent is ignored, as in the original.
  if (call.agent_id && call.agent_id.value !== task.agentId) return;
  const agent = state.agents.get(task.agentId);
  // Marked also when the agent is connected: the message may be lost with a partition that the master has not noticed.
  task.killWanted = true;
  if (!agent?.connected) return;
  emit(turn, killEffect(agent, task, call.kill_policy));
}

/** The message to an agent to kill a task. */
export function killEffect(
  agent: Agent,
  task: TaskRecord,
  policy?: mesos.KillPolicy | undefined,
): MasterEffect {
  const message = {
    framework_id: { value: task.frameworkId },
    task_id: { value: task.id },
    kill_policy: policy,
  };
  return { kind: 'send', to: agent.pid, name: KILL, message };
}
