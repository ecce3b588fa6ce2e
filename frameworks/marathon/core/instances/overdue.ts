/**
 * Overdue launches: a task that Mesos does not confirm or that does not start to run is killed and launched anew.
 */

import { note } from '../../../../cluster/model/machine';
import { OVERDUE_CHECK_MS } from '../state/limits';
import type { Instance } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { killTasks } from './kill';
import { tasksOf } from './tasks';

export function killOverdue(turn: Turn): void {
  for (const instance of turn.state.instances.values()) {
    if (!isOverdue(turn, instance)) continue;
    note(turn, 'warn', 'a launch takes too long, killing the task', {
      instance: instance.id,
      condition: instance.condition,
    });
    killTasks(turn, instance);
  }
  wake(turn, { kind: 'overdue' }, turn.now + OVERDUE_CHECK_MS);
}

/** True when an instance has been in a condition on its way to Running for too long. */
export function isOverdue({ state, now }: Pick<Turn, 'state' | 'now'>, instance: Instance): boolean {
  const { condition, since } = instance;
  const { taskLaunchConfirmMs, taskLaunchMs } = state.settings;
  if (condition === 'Provisioned') return now > since + taskLaunchConfirmMs;
  const launching = condition === 'Staging' || condition === 'Starting';
  return launching && now > (tasksOf(instance)[0]?.stagedAt ?? since) + taskLaunchMs;
}
