/**
 * An agent after all of its tasks have ended: nothing runs, nothing is owed, and its disk has only what is over.
 */

import type { AgentNode } from '../agent-node';
import type { PlainMaster } from '../plain-master';

/** What an agent has left, a text each; none in one that is clean. */
export function leftOf(agent: AgentNode): string[] {
  const state = agent.mailbox?.state;
  if (!state) return ['the agent is down'];
  const owed = [...state.streams.values()].map(({ taskId }) => `the end of ${taskId} is not acknowledged`);
  const executors = [...state.frameworks.values()].flatMap((framework) => [...framework.executors.keys()]);
  const { outbox, begun, done } = state.commits;
  return [
    ...(state.phase === 'running' ? [] : [`the agent is ${state.phase}`]),
    ...executors.map((id) => `the executor ${id} has not ended`),
    ...owed,
    ...[...agent.containers.keys()].map((id) => `the container ${id} is there`),
    ...(outbox.length > 0 || begun !== done ? ['effects wait for a commit'] : []),
    ...leftOnDisk(agent),
  ];
}

function leftOnDisk({ disk }: AgentNode): string[] {
  return disk.entries().flatMap((entry) => {
    if (entry.entry === 'executor' && !entry.value.completed)
      return [`the executor ${entry.value.info.executor_id.value} is on disk as one that runs`];
    if (entry.entry === 'update' && entry.value.type === 'UPDATE')
      return [`update ${entry.number} of ${entry.taskId} is on disk as one that is not acknowledged`];
    return [];
  });
}

/** No task has had two processes. */
export function checkRunOnce({ runs }: AgentNode): void {
  for (const [taskId, count] of runs) if (count > 1) throw new Error(`${taskId} was started ${count} times`);
}

/** The end that an executor has told, and that was acknowledged to it, is the one that the framework gets. */
export function checkEnds({ acknowledgedEnds }: AgentNode, { tasks }: PlainMaster): void {
  for (const [taskId, end] of acknowledgedEnds) {
    const state = tasks.get(taskId)?.state;
    if (state !== end) throw new Error(`the end of ${taskId} is ${state}, and its executor told ${end}`);
  }
}
