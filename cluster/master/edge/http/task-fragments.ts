/**
 * The JSON of tasks, kept for as long as they do not change: a big page is put together from such fragments.
 */

import { quantitiesJson, taskJsonWith } from '../../../api/state-json';
import type { Framework, MasterState, TaskRecord } from '../../core/state/state';
import { printTaskHead } from '../../core/tasks/print-task';

/**
 * The JSON of each task as last made, kept as long as the record: a big state is put together from what has
 * not changed. Records replace `statuses` with every update, so that the same list means the same text.
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
 * Makes the JSON of each task that has none yet, with a pause after each: a page that is put together afterwards, of
 * that moment, finds nearly all of it made.
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

/** Tasks that run, are unreachable or have ended: all a framework is remembered by. */
export function recordsOf({ tasks, unreachableTasks, completedTasks }: Framework): TaskRecord[] {
  return [...tasks.values(), ...unreachableTasks.values(), ...completedTasks];
}
