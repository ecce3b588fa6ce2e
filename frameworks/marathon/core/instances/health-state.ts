/** The health of an instance, from all of its checks. */

import { isPod, type RunSpec } from '../state/run-spec';
import type { CheckHealth, Instance, MarathonState } from '../state/state';
import { healthOfTasks } from './tasks';

/** The last result: true, false, or undefined before there is one. */
export function isAlive({ lastSuccess, lastFailure }: CheckHealth): boolean | undefined {
  if (lastSuccess === undefined) return lastFailure === undefined ? undefined : false;
  return lastFailure === undefined || lastSuccess > lastFailure;
}

/** Known only when every check has a result; healthy when all pass. Undefined without checks. A pod's is that of its tasks. */
export function healthOf(state: MarathonState, app: RunSpec, instance: Instance): boolean | undefined {
  if (isPod(app)) return instance.condition === 'Running' ? healthOfTasks(instance.tasks ?? []) : undefined;
  if (app.healthChecks.length === 0 || instance.condition !== 'Running') return undefined;
  const checks = state.health.get(instance.id)?.checks ?? [];
  const results = app.healthChecks.map((_check, index) => {
    const check = checks[index];
    if (check) return isAlive(check);
    return check === null ? instance.task?.healthy : undefined;
  });
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}
