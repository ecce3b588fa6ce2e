/**
 * The states of tasks (Mesos 1.11 mesos.proto, docs/task-state-reasons.md).
 */

export const TASK_STATES = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
] as const;

export type TaskState = (typeof TASK_STATES)[number];

const TERMINAL: ReadonlySet<string> = new Set<TaskState>([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
]);

/** True when a task will never run again and its resources are free. */
export function isTerminal(state: string): boolean {
  return TERMINAL.has(state);
}

/** States that only partition-aware frameworks get; the others get TASK_LOST. */
const PARTITION_STATES: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_UNREACHABLE',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);

/** The state for a framework with or without partition awareness. */
export function stateFor(partitionAware: boolean, state: TaskState): TaskState {
  return partitionAware || !PARTITION_STATES.has(state) ? state : 'TASK_LOST';
}
