/**
 * The ends of tasks, and with one of them that of its group (Mesos 1.11 src/launcher/executor.cpp, default_executor.cpp).
 *
 * In: task.exited, task.failed, agent.acknowledged
 * Out: update, signal, wake, exit
 */

import type * as mesos from '../../api/generated/mesos';
import type { ExitStatus } from '../../model/exit-status';
import { stateFor, type TaskState } from '../../model/task-state';
import type { EventOf, TaskEnd } from './events';
import { beginKill } from './kill';
import { leaveWhenDone } from './leave';
import type { ExecutorTask } from './task';
import type { Turn } from './turn';
import { tell } from './updates';

type TerminalStatus = Pick<mesos.TaskStatus, 'state' | 'message' | 'reason' | 'limitation'>;

/** The container of a task has ended. */
export function exited(turn: Turn, { taskId, end }: EventOf<'task.exited'>): void {
  const { state, effects } = turn;
  const task = state.tasks.get(taskId);
  if (!task) return;
  // The end of a command task by a limit is the end of its executor's container, which the agent tells.
  if (state.boot.kind === 'command' && end.reason !== undefined) {
    effects.push({ kind: 'exit' });
    return;
  }
  finish(turn, task, isCutOff(turn, task, end) ? cutOffStatus(turn, task) : terminalStatus(turn, task, end));
}

/**
 * True for a task of a group that the agent had not launched when it ended. A task that was told as running is none, and
 * none whose saved state was lost, which has no container.
 */
function isCutOff({ state }: Turn, task: ExecutorTask, { neverRan }: TaskEnd): boolean {
  const isOfGroup = state.boot.kind === 'default' && task.containerId !== undefined;
  return isOfGroup && task.process === 'starting' && neverRan === true;
}

/** The original's executor drops what it could not launch before the agent went away, and so do agents. */
function cutOffStatus({ state }: Turn, { killing }: ExecutorTask): TerminalStatus {
  if (killing) return { state: 'TASK_KILLED' };
  const isAware = state.framework?.capabilities?.some(({ type }) => type === 'PARTITION_AWARE') ?? false;
  return {
    state: stateFor(isAware, 'TASK_DROPPED'),
    message: 'Task launched during agent restart',
    reason: 'REASON_AGENT_RESTARTED',
  };
}

/** The container of a task could not be launched. */
export function failed(turn: Turn, { taskId, reason: message }: EventOf<'task.failed'>): void {
  const { state } = turn;
  const task = state.tasks.get(taskId);
  if (!task) return;
  if (state.boot.kind === 'command')
    return finish(turn, task, { state: 'TASK_FAILED', message, reason: 'REASON_CONTAINER_LAUNCH_FAILED' });
  finish(turn, task, task.killing ? { state: 'TASK_KILLED' } : { state: 'TASK_FAILED', message });
}

function finish(turn: Turn, task: ExecutorTask, status: TerminalStatus): void {
  const { state } = turn;
  tell(turn, task, { ...status, ...(state.unhealthy && { healthy: false }) });
  state.tasks.delete(task.info.task_id.value);
  if (status.state !== 'TASK_FINISHED') endGroup(turn, task);
  leaveWhenDone(turn);
}

/** The end of a task by failure or kill ends its group. */
function endGroup(turn: Turn, { launch }: ExecutorTask): void {
  for (const task of turn.state.tasks.values())
    if (task.launch === launch && !task.killing) beginKill(turn, task, { by: 'group', graceMs: undefined });
}

function terminalStatus({ state: { boot } }: Turn, task: ExecutorTask, end: TaskEnd): TerminalStatus {
  const ending = boot.docker ? dockerMessageOf(end.status) : messageOf(end.status);
  const message = [ending, end.reason && end.message].filter(Boolean).join(': ');
  const { state, reason, limitedResources } = end;
  return {
    ...stateOf(task, end.status),
    message,
    ...(state && { state }),
    ...(reason && { reason }),
    ...(limitedResources && { limitation: { resources: limitedResources } }),
  };
}

function stateOf(
  { killing }: ExecutorTask,
  status: ExitStatus | undefined,
): { readonly state: TaskState; readonly reason?: mesos.TaskStatus.Reason } {
  if (status === undefined) return { state: killing ? 'TASK_KILLED' : 'TASK_FAILED' };
  if (killing?.by === 'completion')
    return { state: 'TASK_FAILED', reason: 'REASON_MAX_COMPLETION_TIME_REACHED' };
  if (killing) return { state: 'TASK_KILLED' };
  return { state: 'code' in status && status.code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED' };
}

/** Names of signals as the C library describes them. */
const SIGNAL_TEXTS: Record<string, string> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Floating point exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
  SIGXCPU: 'CPU time limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGSYS: 'Bad system call',
};

function messageOf(status: ExitStatus | undefined): string {
  if (status === undefined) return 'Command terminated with unknown status';
  return 'code' in status
    ? `Command exited with status ${status.code}`
    : `Command terminated with signal ${SIGNAL_TEXTS[status.signal] ?? status.signal}`;
}

/** As the original's docker executor tells it (src/docker/executor.cpp). */
function dockerMessageOf(status: ExitStatus | undefined): string {
  if (status === undefined) return 'Failed to get exit status of container';
  return messageOf(status).replace(/^Command/, 'Container');
}

/** The agent has acknowledged an update: after the last one of the last task the executor exits. */
export function acknowledged(turn: Turn, { uuid }: EventOf<'agent.acknowledged'>): void {
  const { state } = turn;
  const status = state.unacknowledged.get(uuid);
  if (!status) return;
  state.unacknowledged.delete(uuid);
  turn.changed = true;
  const task = state.tasks.get(status.task_id.value);
  if (task) task.acknowledged = true;
  if (state.launches > 0 && state.unacknowledged.size === 0) leaveWhenDone(turn);
}
