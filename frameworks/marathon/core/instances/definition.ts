/**
 * The definition an instance runs, and how far the instance is: up, or outdated.
 */

import type { App } from '../../api/app';
import { hasHealthChecks, isPod, type RunSpec, specOf } from '../state/run-spec';
import type { Instance, MarathonState } from '../state/state';
import { isIdle } from './conditions';
import { healthOf } from './health-state';

/** The definition an instance runs; undefined when its app or pod is gone. */
export function definitionOf(state: MarathonState, { appId, version }: Instance): RunSpec | undefined {
  return (
    state.versions.get(appId)?.get(version) ??
    state.podVersions.get(appId)?.get(version) ??
    specOf(state, appId)
  );
}

/** The definition of an app's instance. */
export function appOf(state: MarathonState, instance: Instance): App | undefined {
  const definition = definitionOf(state, instance);
  return definition && !isPod(definition) ? definition : undefined;
}

/** Running, healthy as far as there are checks, and ready as far as there are readiness checks. */
export function isUp(state: MarathonState, app: RunSpec, instance: Instance): boolean {
  if (instance.condition !== 'Running') return false;
  if (hasHealthChecks(app) && healthOf(state, app, instance) !== true) return false;
  return app.readinessChecks.length === 0 || state.readiness.get(instance.id)?.ready === true;
}

/** An instance of an older configuration that has nothing running: it is replaced, not launched again. */
export function isOutdated(app: RunSpec, instance: Instance): boolean {
  return isIdle(instance) && instance.configVersion < app.versionInfo.lastConfigChangeAt;
}
