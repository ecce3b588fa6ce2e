/**
 * The metrics of each framework, `master/frameworks/<name>/<id>/...` (Mesos 1.11 src/master/metrics.cpp).
 *
 * Always true: every metric exists from the start, at zero; exporters complain about missing ones.
 */

import { planOf } from '../../api/plan';
import { isTerminal, type TaskState } from '../../model/task-state';
import type { Framework, MasterState } from '../core/state/state';

/** Groups of counters by type, each of which also has a sum. */
const SUMMED = {
  calls: typesOf('mesos.v1.scheduler.Call', 'type'),
  events: typesOf('mesos.v1.scheduler.Event', 'type'),
  operations: typesOf('mesos.v1.Offer.Operation', 'type'),
};
const STATES = namesOf('mesos.v1.TaskStatus', 'state') as TaskState[];
const ACTIVE = STATES.filter((state) => !isTerminal(state));
const OTHERS = [
  ...['sent', 'accepted', 'declined', 'rescinded'].map((name) => `offers/${name}`),
  ...STATES.filter(isTerminal).map((state) => `tasks/terminal/${state.toLowerCase()}`),
];

/** The metrics of all frameworks, completed ones included. */
export function frameworkMetrics({ completed, frameworks }: MasterState): Record<string, number> {
  const all = [...completed.values(), ...frameworks.values()];
  return Object.assign({}, ...all.map(numbersOf)) as Record<string, number>;
}

function numbersOf(framework: Framework): Record<string, number> {
  const prefix = `master/frameworks/${encode(framework.info.name)}/${framework.id}`;
  const countOf = (name: string): number => framework.counts.get(name) ?? 0;
  const numbers: Record<string, number> = {
    [`${prefix}/subscribed`]: framework.stream === undefined ? 0 : 1,
  };
  for (const [group, types] of Object.entries(SUMMED)) {
    const counts = types.map((type): [string, number] => [type, countOf(`${group}/${type}`)]);
    numbers[`${prefix}/${group}`] = counts.reduce((sum, [, number]) => sum + number, 0);
    for (const [type, number] of counts) numbers[`${prefix}/${group}/${type}`] = number;
  }
  for (const name of OTHERS) numbers[`${prefix}/${name}`] = countOf(name);
  const active = countStates(framework);
  for (const state of ACTIVE)
    numbers[`${prefix}/tasks/active/${state.toLowerCase()}`] = active.get(state) ?? 0;
  for (const role of framework.roles) {
    numbers[`${prefix}/roles/${role}/suppressed`] = framework.suppressedRoles.has(role) ? 1 : 0;
  }
  return numbers;
}

function countStates({ tasks, unreachableTasks }: Framework): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const some of [tasks, unreachableTasks])
    for (const { state } of some.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** The values of an enumeration in small letters, as metrics name them. */
function typesOf(message: string, field: string): string[] {
  return namesOf(message, field)
    .filter((name) => name !== 'UNKNOWN')
    .map((name) => name.toLowerCase());
}

function namesOf(message: string, field: string): string[] {
  return [...(planOf(message).byName.get(field)?.numberOf.keys() ?? [])];
}

/** Percent-encodes a name as libprocess does, so that a slash in it does not look like a part of the key. */
function encode(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
