/**
 * Kill selection: the instances to stop when an app has too many.
 *
 * First those that keep GROUP_BY constraints in balance, then by the least useful condition, then by killSelection.
 */

import { fieldValue } from '../../../kit/core/constraints/field';
import type { App } from '../../api/app';
import type { Condition, Instance } from '../state/state';

const ORDER: readonly Condition[] = [
  'Scheduled',
  'Provisioned',
  'Unreachable',
  'Staging',
  'Starting',
  'Running',
];

function rankOf(condition: Condition): number {
  const index = ORDER.indexOf(condition);
  return index < 0 ? ORDER.length : index;
}

/** Chooses `count` instances to stop. */
export function selectForKill(app: App, instances: readonly Instance[], count: number): Instance[] {
  const chosen = selectForBalance(app, instances, count);
  const others = instances.filter((instance) => !chosen.includes(instance));
  others.sort((a, b) => compareForKill(app, a, b));
  return [...chosen, ...others].slice(0, count);
}

function compareForKill(app: App, left: Instance, right: Instance): number {
  const byCondition = rankOf(left.condition) - rankOf(right.condition);
  if (byCondition !== 0) return byCondition;
  const difference = ageOf(left) - ageOf(right);
  return app.killSelection === 'OLDEST_FIRST' ? difference : -difference;
}

function ageOf(instance: Instance): number {
  switch (instance.condition) {
    case 'Staging':
      return instance.task?.stagedAt ?? instance.since;
    case 'Starting':
      return instance.since;
    default:
      return instance.activeSince ?? instance.since;
  }
}

/** Selects from the largest group of a GROUP_BY constraint as long as the groups are not even. */
function selectForBalance(app: App, instances: readonly Instance[], count: number): Instance[] {
  const [field] = app.constraints.find(([, operator]) => operator === 'GROUP_BY') ?? [];
  if (field === undefined) return [];
  const groups = new Map<string, Instance[]>();
  for (const instance of instances) {
    const value = instance.agent && fieldValue(field, instance.agent);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), instance]);
  }
  for (const group of groups.values()) group.sort((a, b) => compareForKill(app, a, b));
  const chosen: Instance[] = [];
  while (chosen.length < count) {
    const bySize = [...groups.values()].sort((a, b) => b.length - a.length);
    const [largest] = bySize;
    const smallest = bySize.at(-1);
    if (!largest || !smallest || largest.length - smallest.length < 1) break;
    const surplus = largest.shift();
    if (surplus) chosen.push(surplus);
  }
  return chosen;
}
