/**
 * Deployments: their steps one after the other, the actions of a step side by side.
 *
 * In: a plan; later each change of an affected app      Out: events, and the effects of the actions
 * Always true: the apps that a running deployment affects are locked for others; a step is over when each of its
 * actions has reached its aim once. There is no time limit, as in the original, unless one is asked for (policy.ts).
 */

import { resetBackoff } from '../launch/backoff';
import { specOf } from '../state/run-spec';
import type { Action, Deployment, MarathonState, Step } from '../state/state';
import { dropDeployment, saveDeployment } from '../state/storage';
import { publish, type Turn } from '../state/turn';
import { printStep } from './plan';
import { countFailure, watchDeadline } from './policy';
import { reachRestart } from './restart';
import { reachNothing, reachScale } from './scale';

/** The running deployment that has locked an app. */
export function deploymentOf(state: MarathonState, appId: string): Deployment | undefined {
  const id = state.locks.get(appId);
  return id === undefined ? undefined : state.deployments.get(id);
}

/** Starts a deployment. The caller has cancelled those it conflicts with. */
export function startDeployment(turn: Turn, deployment: Deployment): void {
  const { state } = turn;
  state.deployments.set(deployment.id, deployment);
  state.counters.deployments++;
  for (const app of deployment.affected) {
    state.locks.set(app, deployment.id);
    turn.touched.add(app);
  }
  saveDeployment(turn, deployment);
  watchDeadline(turn, deployment);
  if (deployment.steps.length === 0) finish(turn, deployment);
}

/** Takes a deployment as far as possible after one of its apps has changed. */
export function driveDeployment(turn: Turn, deployment: Deployment, appId: string): void {
  if (!deployment.announced) beginStep(turn, deployment);
  const spec = specOf(turn.state, appId);
  if (spec) countFailure(turn, deployment, spec);
  if (deployment.givenUp !== undefined) return;
  const step = deployment.steps[deployment.done];
  const action = step && actionOf(step, appId);
  if (!action || !deployment.open.has(appId)) return keepUp(turn, deployment, appId);
  if (!driveAction(turn, action)) return;
  deployment.open.delete(appId);
  if (deployment.open.size > 0) return;
  publish(turn, 'deployment_step_success', stepEvent(deployment));
  deployment.done++;
  deployment.announced = false;
  if (deployment.done >= deployment.steps.length) return finish(turn, deployment);
  beginStep(turn, deployment);
}

const actionsByApp = new WeakMap<Step, ReadonlyMap<string, Action>>();

/** The action of a step about an app. Steps never change, and may have one for each of very many apps. */
function actionOf(step: Step, appId: string): Action | undefined {
  const existing = actionsByApp.get(step);
  if (existing) return existing.get(appId);
  const actions = new Map(step.actions.map((action) => [action.app, action]));
  actionsByApp.set(step, actions);
  return actions.get(appId);
}

/** Keeps an app at its number of instances once its own action is over and those of other apps go on. */
function keepUp(turn: Turn, deployment: Deployment, appId: string): void {
  const spec = specOf(turn.state, appId);
  const later = deployment.steps.slice(deployment.done).some((step) => {
    const action = actionOf(step, appId);
    return action !== undefined && isChanging(action);
  });
  if (spec && !later) reachScale(turn, spec);
}

function isChanging({ action }: Action): boolean {
  return !action.startsWith('Start');
}

function beginStep(turn: Turn, deployment: Deployment): void {
  const step = deployment.steps[deployment.done];
  if (!step) return;
  deployment.announced = true;
  for (const { app } of step.actions) deployment.open.add(app);
  publish(turn, 'deployment_info', stepEvent(deployment));
  for (const { action, app } of step.actions) {
    turn.touched.add(app);
    if (action.startsWith('Restart') || action.startsWith('Stop')) resetBackoff(turn, app);
  }
}

function driveAction(turn: Turn, { action, app: appId }: Action): boolean {
  const spec = specOf(turn.state, appId);
  if (action.startsWith('Stop')) {
    const done = reachNothing(turn, appId);
    if (done) publish(turn, 'app_terminated_event', { appId });
    return done;
  }
  if (action.startsWith('Start') || !spec) return true;
  return action.startsWith('Scale') ? reachScale(turn, spec) : reachRestart(turn, spec);
}

function finish(turn: Turn, deployment: Deployment): void {
  forget(turn, deployment);
  publish(turn, 'deployment_success', { id: deployment.id, plan: planOf(deployment) });
}

/** Ends a deployment at its current step. */
export function cancelDeployment(turn: Turn, deployment: Deployment, reason: string): void {
  turn.state.counters.deploymentsDismissed++;
  forget(turn, deployment);
  publish(turn, 'deployment_failed', { id: deployment.id, plan: planOf(deployment), reason });
}

function forget(turn: Turn, deployment: Deployment): void {
  const { state } = turn;
  state.deployments.delete(deployment.id);
  dropDeployment(turn, deployment.id);
  for (const app of deployment.affected) {
    if (state.locks.get(app) === deployment.id) state.locks.delete(app);
    turn.touched.add(app);
  }
}

function stepEvent(deployment: Deployment): Record<string, unknown> {
  const step = deployment.steps[deployment.done] ?? { actions: [] };
  return { plan: planOf(deployment), currentStep: printStep(step) };
}

/** The plan as events show it. */
export function planOf({ id, steps, version }: Deployment): object {
  return { id, steps: steps.map(printStep), version };
}
