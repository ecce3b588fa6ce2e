/**
 * The definition an instance runs, and how far the instance is: up, or outdated.
 */

import type { App } from '../../api/app';
import type { Instance, MarathonState } from '../state/state';
import { isEnded } from './conditions';
import { healthOf } from './health-state';

/** The definition an instance runs; undefined when its app is gone. */
export function appOf(state: MarathonState, instance: Instance): App | undefined {
  return state.versions.get(instance.appId)?.get(instance.version) ?? state.apps.get(instance.appId);
}

/** Running, healthy as far as there are checks, and ready as far as there are readiness checks. */
export function isUp(state: MarathonState, app: App, instance: Instance): boolean {
  if (instance.condition !== 'Running') return false;
  if (app.healthChecks.length > 0 && healthOf(state, app, instance) !== true) return false;
  return app.readinessChecks.length === 0 || state.readiness.get(instance.id)?.ready === true;
}

/** An instance of an older configuration that has nothing running: it is replaced, not launched again. */
export function isOutdated(app: App, instance: Instance): boolean {
  const idle = instance.condition === 'Scheduled' || isEnded(instance.condition);
  return idle && instance.configVersion < app.versionInfo.lastConfigChangeAt;
}
