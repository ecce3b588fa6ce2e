/**
 * The index of tasks by the label that their names begin with, so that an explanation of a name looks at the tasks of its
 * label only, not at all tasks of the cluster.
 *
 * Always true: a task is found by the labels of its present name, and by no others.
 */

import { cleanLabel } from '../names/labels';

/**
 * The length of a key. In a canonical name the label is shortened to make room for the hash and the agent; its beginning
 * stays.
 */
const KEY_MAX = 40;

export interface TaskLabelIndex {
  add(number: number, name: string): void;
  remove(number: number, name: string): void;
  rename(number: number, before: string, after: string): void;
  /** The numbers of the tasks with a key, in the order in which they came. */
  numbers(key: string): Iterable<number>;
  count(key: string): number;
  /** All keys. */
  keys(): IterableIterator<string>;
}

/** The key that a label of a question is looked up by. */
export function labelKey(label: string): string {
  return cleanLabel(label, 'rfc1123').slice(0, KEY_MAX);
}

/** The keys of a task's name: one, or two where the older rule for labels makes another. */
function keysOf(name: string): readonly string[] {
  const key = labelKey(name);
  const older = cleanLabel(name, 'rfc952');
  return key === older ? [key] : [key, older];
}

export function createTaskLabelIndex(): TaskLabelIndex {
  // Labels with one task, of which there may be many, need no set.
  const tasks = new Map<string, number | Set<number>>();
  const add = (key: string, number: number): void => {
    const present = tasks.get(key);
    if (present === undefined) tasks.set(key, number);
    else if (typeof present === 'number') tasks.set(key, new Set([present, number]));
    else present.add(number);
  };
  const remove = (key: string, number: number): void => {
    const present = tasks.get(key);
    if (typeof present === 'object') present.delete(number);
    if (present === number || (typeof present === 'object' && present.size === 0)) tasks.delete(key);
  };
  const addName = (number: number, name: string): void => {
    for (const key of keysOf(name)) add(key, number);
  };
  const removeName = (number: number, name: string): void => {
    for (const key of keysOf(name)) remove(key, number);
  };
  return {
    add: addName,
    remove: removeName,
    rename: (number, before, after) => {
      if (before === after) return;
      removeName(number, before);
      addName(number, after);
    },
    numbers: (key) => {
      const present = tasks.get(key) ?? [];
      return typeof present === 'number' ? [present] : present;
    },
    count: (key) => {
      const present = tasks.get(key);
      return typeof present === 'object' ? present.size : present === undefined ? 0 : 1;
    },
    keys: () => tasks.keys(),
  };
}
