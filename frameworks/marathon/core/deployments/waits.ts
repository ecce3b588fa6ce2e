/** The reasons why a deployment is not over, in sentences: for each app of its current step what is missing. */

import { isActive, isResting } from '../instances/conditions';
import { isUp } from '../instances/definition';
import { healthOf } from '../instances/health-state';
import { instancesOf } from '../instances/instances';
import { deadlineOf } from '../launch/backoff';
import { WAITS_SHOWN_MAX } from '../state/limits';
import { hasHealthChecks, type RunSpec, specOf } from '../state/run-spec';
import type { Deployment, Instance, MarathonState } from '../state/state';

/** A sentence for each app that has not reached its aim; of very many the first ones, and how many others there are. */
export function waitsOf(state: MarathonState, { open }: Deployment, now: number): string[] {
  const shown = [...open].slice(0, WAITS_SHOWN_MAX);
  const others = open.size - shown.length;
  return [
    ...shown.map((id) => waitOf(state, id, now)),
    ...part(others, `more app${others === 1 ? '' : 's'}`),
  ];
}

function waitOf(state: MarathonState, id: string, now: number): string {
  const app = specOf(state, id);
  const instances = instancesOf(state, id).filter((instance) => !isResting(instance));
  if (!app) return `${id}: ${count(instances.length, 'instance')} to end`;
  const isOld = ({ configVersion, goal }: Instance): boolean =>
    goal !== 'Running' || configVersion < app.versionInfo.lastConfigChangeAt;
  const fresh = instances.filter((instance) => !isOld(instance));
  const up = fresh.filter((instance) => isUp(state, app, instance)).length;
  const parts = [
    `${up} of ${count(app.instances, 'instance')} up`,
    ...waitParts(state, app, fresh, now),
    ...part(instances.filter(isOld).length, 'old to end'),
  ];
  return `${id}: ${parts.join(', ')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function part(number: number, text: string): string[] {
  return number > 0 ? [`${number} ${text}`] : [];
}

function waitParts(state: MarathonState, app: RunSpec, fresh: readonly Instance[], now: number): string[] {
  const running = fresh.filter(({ condition }) => condition === 'Running');
  const active = fresh.filter(({ condition }) => isActive(condition));
  const unhealthy = running.filter((instance) => healthOf(state, app, instance) !== true);
  const hasChecks = hasHealthChecks(app);
  const unready = running.filter(({ id }) => !state.readiness.get(id)?.ready);
  return [
    ...part(fresh.length - active.length, `to launch${launchReason(state, app, now)}`),
    ...part(active.length - running.length, 'starting'),
    ...part(hasChecks ? unhealthy.length : 0, `not healthy${failureCause(state, unhealthy)}`),
    ...part(app.readinessChecks.length > 0 ? unready.length : 0, 'not ready'),
  ];
}

/** The launch delay, or what the last offers lacked. */
function launchReason(state: MarathonState, app: RunSpec, now: number): string {
  const leftMs = (deadlineOf(state, app) ?? now) - now;
  const failure = state.failures.get(app.id);
  if (leftMs > 0) {
    const cause = failure ? ` after ${failure.message || failure.state}` : '';
    return ` in ${Math.ceil(leftMs / 1000)} s${cause}`;
  }
  const declined = [...(state.queue.get(app.id)?.declined ?? [])].sort(([, a], [, b]) => b - a);
  const [first] = declined;
  return first ? ` (of the last offers ${first[1]} declined for ${first[0]})` : ' (no offer yet)';
}

/** The cause of the last failed check of one of these instances. */
function failureCause(state: MarathonState, instances: readonly Instance[]): string {
  for (const { id } of instances) {
    for (const check of state.health.get(id)?.checks ?? [])
      if (check?.lastFailureCause !== undefined) return ` (${check.lastFailureCause})`;
  }
  return '';
}
