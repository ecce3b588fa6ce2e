/**
 * Kill selection: the instances to stop when an app has too many.
 *
 * First those that keep GROUP_BY constraints in balance, then by the least useful condition, then by killSelection.
 */

import { fieldValue } from '../../../kit/core/constraints/field';
import { startedAtOf, tasksOf } from '../instances/tasks';
import type { RunSpec } from '../state/run-spec';
import type { Condition, Instance } from '../state/state';

const ORDER: readonly Condition[] = [
  'Scheduled',
  'Provisioned',
  'Unreachable',
  'Staging',
  'Starting',
  'Running',
];

/** One that has ended or is being killed is of no more use than one that waits for its first launch. */
function rankOf(condition: Condition): number {
  return Math.max(0, ORDER.indexOf(condition));
}

/** Chooses `count` instances to stop. */
export function selectForKill(app: RunSpec, instances: readonly Instance[], count: number): Instance[] {
  const sorted = [...instances].sort((a, b) => compareForKill(app, a, b));
  const chosen = count < sorted.length ? selectForBalance(app, sorted, count) : new Set<Instance>();
  return [...chosen, ...sorted.filter((instance) => !chosen.has(instance))].slice(0, count);
}

function compareForKill(app: RunSpec, left: Instance, right: Instance): number {
  const byCondition = rankOf(left.condition) - rankOf(right.condition);
  if (byCondition !== 0) return byCondition;
  const difference = startOf(left) - startOf(right);
  return app.killSelection === 'OLDEST_FIRST' ? difference : -difference;
}

/**
 * The time that killSelection compares. A task that runs counts from the first time it ran, however often it was
 * unreachable since.
 */
function startOf(instance: Instance): number {
  switch (instance.condition) {
    case 'Staging':
      return tasksOf(instance)[0]?.stagedAt ?? instance.since;
    case 'Starting':
      return instance.since;
    default:
      return startedAtOf(instance) ?? instance.since;
  }
}

/**
 * Selects instances one by one so that no GROUP_BY constraint becomes less even: from the largest groups of the least even
 * constraint first, and any other one while all groups are even. Fewer than `count` when no choice is left.
 */
function selectForBalance(app: RunSpec, sorted: readonly Instance[], count: number): Set<Instance> {
  const chosen = new Set<Instance>();
  const distributions = app.constraints
    .filter(([, operator]) => operator === 'GROUP_BY')
    .map(([field = '']) => distributionOf(field, sorted));
  if (distributions.length === 0) return chosen;
  while (chosen.size < count) {
    const next = nextForBalance(distributions, sorted, chosen);
    if (!next) break;
    chosen.add(next);
    for (const distribution of distributions) remove(distribution, next);
  }
  return chosen;
}

function nextForBalance(
  distributions: readonly Distribution[],
  sorted: readonly Instance[],
  chosen: ReadonlySet<Instance>,
): Instance | undefined {
  const isAllowed = (instance: Instance): boolean =>
    !chosen.has(instance) && distributions.every((distribution) => allows(distribution, instance));
  const byUnevenness = [...distributions].sort((a, b) => differenceOf(b) - differenceOf(a));
  for (const distribution of byUnevenness) {
    if (differenceOf(distribution) === 0) break;
    const isInLargest = (instance: Instance): boolean =>
      sizeOf(distribution, instance) === distribution.largest;
    const surplus = sorted.find((instance) => isInLargest(instance) && isAllowed(instance));
    if (surplus) return surplus;
  }
  return sorted.find(isAllowed);
}

/** The sizes of the groups of one GROUP_BY constraint. Instances whose agent lacks the field are a group, too. */
interface Distribution {
  readonly groups: ReadonlyMap<Instance, { size: number }>;
  /** The number of groups of each size. */
  readonly frequencies: number[];
  smallest: number;
  largest: number;
  readonly initialDifference: number;
}

function distributionOf(field: string, instances: readonly Instance[]): Distribution {
  const byValue = new Map<string | undefined, { size: number }>();
  const groups = new Map<Instance, { size: number }>();
  for (const instance of instances) {
    const value = instance.agent && fieldValue(field, instance.agent);
    const group = byValue.get(value) ?? { size: 0 };
    group.size++;
    byValue.set(value, group);
    groups.set(instance, group);
  }
  const frequencies: number[] = [];
  for (const { size } of byValue.values()) frequencies[size] = (frequencies[size] ?? 0) + 1;
  const sizes = Object.keys(frequencies).map(Number);
  const smallest = sizes[0] ?? 0;
  const largest = sizes.at(-1) ?? 0;
  return { groups, frequencies, smallest, largest, initialDifference: largest - smallest };
}

function differenceOf({ largest, smallest }: Distribution): number {
  return largest - smallest;
}

function sizeOf({ groups }: Distribution, instance: Instance): number {
  return groups.get(instance)?.size ?? 0;
}

/** The largest size after an instance of a group of this size is gone. */
function largestWithout({ largest, frequencies }: Distribution, size: number): number {
  return size === largest && frequencies[size] === 1 ? size - 1 : largest;
}

/** True when the groups are even without the instance, or at least more even than at first. */
function allows(distribution: Distribution, instance: Instance): boolean {
  const size = sizeOf(distribution, instance);
  const difference = largestWithout(distribution, size) - Math.min(distribution.smallest, size - 1);
  return difference <= 1 || difference < distribution.initialDifference;
}

function remove(distribution: Distribution, instance: Instance): void {
  const { groups, frequencies } = distribution;
  const group = groups.get(instance);
  if (!group) return;
  distribution.largest = largestWithout(distribution, group.size);
  frequencies[group.size] = (frequencies[group.size] ?? 0) - 1;
  group.size--;
  frequencies[group.size] = (frequencies[group.size] ?? 0) + 1;
  distribution.smallest = Math.min(distribution.smallest, group.size);
}
