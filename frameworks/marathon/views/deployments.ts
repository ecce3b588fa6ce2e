/**
 * Running deployments as the API shows them.
 */

import { isPodAction, printAction, printStep } from '../core/deployments/plan';
import { deadlineOfDeployment } from '../core/deployments/policy';
import { waitsOf } from '../core/deployments/waits';
import type { Deployment, MarathonState } from '../core/state/state';
import { isoTime } from '../core/state/turn';
import { readinessOf } from './apps';
import { tasksOf } from './tasks';

export function printDeployment(
  state: MarathonState,
  deployment: Deployment,
  { now, withProgress }: { readonly now: number; readonly withProgress: boolean },
): object {
  const { id, version, affected, steps, done } = deployment;
  const current = steps[done]?.actions ?? [];
  const pods = new Set(steps.flatMap(({ actions }) => actions.filter(isPodAction).map(({ app }) => app)));
  return {
    id,
    version,
    affectedApps: affected.filter((app) => !pods.has(app)),
    affectedPods: affected.filter((pod) => pods.has(pod)),
    steps: steps.map(printStep),
    currentActions: current.map((action) => ({
      ...printAction(action),
      readinessCheckResults: readinessOf(state, tasksOf(state, action.app)),
    })),
    currentStep: deployment.announced ? done + 1 : done,
    totalSteps: steps.length,
    ...(withProgress && progressOf(state, deployment, now)),
  };
}

/** Members of ours: `reason` says why the deployment is not over, `startedAt` and `deadlineAt` since when and until when. */
function progressOf(state: MarathonState, deployment: Deployment, now: number): object {
  const waits = waitsOf(state, deployment, now);
  const deadline = deadlineOfDeployment(state, deployment);
  return {
    ...(waits.length > 0 && { reason: waits.join('; ') }),
    ...(deployment.startedAt !== undefined && { startedAt: isoTime(deployment.startedAt) }),
    ...(deadline !== undefined && { deadlineAt: isoTime(deadline) }),
  };
}
