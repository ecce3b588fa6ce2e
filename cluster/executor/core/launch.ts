/**
 * Launches: of the one task of a command executor, or of a task group, whose tasks get a container each.
 *
 * In: agent.launch, agent.launchGroup, task.started
 * Out: run, nest, signal, update, wake, exit
 */

import type * as mesos from '../../api/generated/mesos';
import { note } from '../../model/machine';
import { nextUuid } from '../../model/random';
import { startChecks } from './checks';
import type { EventOf } from './events';
import { enforceKill, shutdown } from './kill';
import { nestedContainer } from './nested-container';
import { newTask } from './state';
import type { ExecutorTask } from './task';
import { type Turn, wake } from './turn';
import { tell, update } from './updates';

/** Launches the one task of a command executor; another executor never gets this. */
export function launch(turn: Turn, { task: info }: EventOf<'agent.launch'>): void {
  const { state, effects } = turn;
  if (state.boot.kind !== 'command') return unexpected(turn, 'LAUNCH');
  if (state.launches > 0) {
    const name = state.boot.docker ? 'docker' : 'command';
    const message = `Attempted to run multiple tasks using a "${name}" executor`;
    update(turn, { task_id: info.task_id, state: 'TASK_FAILED', message });
    return;
  }
  state.launches += 1;
  addTask(turn, info, state.boot.container?.containerId);
  effects.push({ kind: 'run', task: info, user: info.command?.user ?? state.framework?.user });
}

/** Launches a group: a container for each task, nested in the executor's own. */
export function launchGroup(turn: Turn, { tasks }: EventOf<'agent.launchGroup'>): void {
  const { state, effects } = turn;
  const parent = state.boot.container;
  if (state.boot.kind !== 'default' || !parent) return unexpected(turn, 'LAUNCH_GROUP');
  if (state.shuttingDown) return note(turn, 'warn', 'a group is not launched by an executor that shuts down');
  state.launches += 1;
  for (const info of tasks) {
    const task = addTask(turn, info, `${parent.containerId}.${nextUuid(state.random)}`);
    effects.push({ kind: 'nest', container: nestedContainer(state.boot, parent, task) });
  }
}

/** The agent sends an executor only what it is for; else the executor ends, as in the original. */
function unexpected(turn: Turn, event: string): void {
  note(turn, 'error', 'the executor shuts down, since it cannot handle this event', { event });
  shutdown(turn);
}

function addTask(turn: Turn, info: mesos.TaskInfo, containerId: string | undefined): ExecutorTask {
  const { tasks, launches } = turn.state;
  const task = newTask(info, { launch: launches, containerId });
  tasks.set(info.task_id.value, task);
  tell(turn, task, { state: 'TASK_STARTING' });
  return task;
}

export function started(turn: Turn, { taskId, networks, data }: EventOf<'task.started'>): void {
  const { state, now } = turn;
  const task = state.tasks.get(taskId);
  if (task?.process !== 'starting') return;
  task.process = 'running';
  if (networks) task.networks = networks;
  tell(turn, task, { state: 'TASK_RUNNING', ...(data !== undefined && { data }) });
  // Updates of checks do not repeat it.
  if (data !== undefined && task.last) task.last = { ...task.last, data: undefined };
  if (task.killing) return enforceKill(turn, task);
  const limitMs = Number(task.info.max_completion_time?.nanoseconds ?? 0) / 1e6;
  if (limitMs > 0) {
    task.completionAt = now + limitMs;
    wake(turn, { kind: 'completion', taskId }, task.completionAt);
  }
  startChecks(turn, task);
}
