/**
 * `/tasks`: the tasks of all frameworks, newest first unless asked otherwise.
 */

import { jsonArray, jsonObject } from '../../../api/state-json';
import type { TaskRecord } from '../../core/state/state';
import type { FilteredState } from '../../views/read-filter';
import { task } from './task-fragments';

export interface TasksQuery {
  readonly frameworkId?: string | undefined;
  readonly taskId?: string | undefined;
  /** The number of tasks; below 0 without an offset all tasks, as the original's command line asks for. */
  readonly limit: number;
  /** Tasks to skip; below 0 all of them. */
  readonly offset: number;
  readonly ascending: boolean;
}

/** Tasks of all frameworks, newest first unless asked otherwise. */
export function tasksPage(state: FilteredState, query: TasksQuery): string {
  const all = [...state.frameworks.values(), ...state.completed.values()]
    .filter(({ id }) => query.frameworkId === undefined || id === query.frameworkId)
    .flatMap(({ tasks, unreachableTasks, completedTasks }) => [
      ...tasks.values(),
      ...unreachableTasks.values(),
      ...completedTasks,
    ])
    .filter(({ id }) => query.taskId === undefined || id === query.taskId);
  const began = (record: TaskRecord): number => record.statuses[0]?.timestamp ?? Number.NEGATIVE_INFINITY;
  all.sort((a, b) => (query.ascending ? 1 : -1) * (began(a) - began(b) || 0));
  const sum = query.offset + query.limit;
  const shown = query.offset < 0 ? [] : all.slice(query.offset, sum < 0 ? undefined : sum);
  return jsonObject({ tasks: jsonArray(shown.map(task)) });
}
