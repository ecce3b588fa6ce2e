/**
 * The tasks whose names begin with a label, so that an explanation of a name costs what the name is about and not the size
 * of the cluster.
 *
 * Always true: a task is below the labels of the name it has now.
 */

import { cleanLabel } from '../names/labels';

/**
 * Length of a key. The label of a canonical name is shortened where the task's hash and agent are put to it; the beginning
 * stays.
 */
const KEY_MAX = 40;

export interface TaskLabelIndex {
  add(number: number, name: string): void;
  remove(number: number, name: string): void;
  rename(number: number, before: string, after: string): void;
  /** Numbers of the tasks below a key, in the order they came. */
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
  // Most labels of a large cluster have a few tasks and some have one: those need no set.
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
    ...{ add: addName, remove: removeName },
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
