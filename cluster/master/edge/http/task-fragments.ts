/**
 * The JSON of each task, remembered until the task changes: big pages are put together from such fragments.
 */

import { quantitiesJson, taskJsonWith } from '../../../api/state-json';
import type { Framework, MasterState, TaskRecord } from '../../core/state/state';
import { printTaskHead } from '../../core/tasks/print-task';

/**
 * The JSON of each task as last made, remembered as long as its record. A record replaces `statuses` with every
 * update, so the same list means the same text.
 */
const fragments = new WeakMap<
  TaskRecord,
  { statuses: TaskRecord['statuses']; state: string; json: string }
>();

export function task(record: TaskRecord): string {
  const fragment = fragments.get(record);
  if (fragment && fragment.statuses === record.statuses && fragment.state === record.state)
    return fragment.json;
  const json = taskJsonWith(printTaskHead(record), {
    resources: quantitiesJson(record.resources),
    role: record.role,
  });
  fragments.set(record, { statuses: record.statuses, state: record.state, json });
  return json;
}

/**
 * Makes the JSON of each task that has none, with a pause after each, so that other work goes on. A page made
 * afterwards has to make only that of tasks that changed meanwhile.
 */
export function* prepareTasks(state: MasterState): Generator<void, void> {
  for (const framework of [...state.frameworks.values(), ...state.completed.values()]) {
    for (const record of recordsOf(framework)) {
      const fragment = fragments.get(record);
      if (fragment && fragment.statuses === record.statuses && fragment.state === record.state) continue;
      task(record);
      yield;
    }
  }
}

/** All tasks of a framework: running, unreachable and completed ones. */
export function recordsOf({ tasks, unreachableTasks, completedTasks }: Framework): TaskRecord[] {
  return [...tasks.values(), ...unreachableTasks.values(), ...completedTasks];
}
