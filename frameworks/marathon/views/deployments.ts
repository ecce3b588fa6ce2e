/**
 * Running deployments as the API shows them.
 */

import type { Deployment, MarathonState } from '../core/state/state';
import { readinessOf } from './apps';
import { tasksOf } from './tasks';

export function printDeployment(state: MarathonState, deployment: Deployment): object {
  const { id, version, affected, steps, done } = deployment;
  const current = steps[done]?.actions ?? [];
  return {
    id,
    version,
    affectedApps: affected,
    affectedPods: [],
    steps,
    currentActions: current.map(({ action, app }) => ({
      action,
      app,
      readinessCheckResults: readinessOf(state, tasksOf(state, app)),
    })),
    currentStep: deployment.announced ? done + 1 : done,
    totalSteps: steps.length,
  };
}
