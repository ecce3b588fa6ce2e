/**
 * Deployments that end: the deadline of a deployment, and the failures of new instances after which it is given up. Both are
 * opt-in, for each app or by flags; without them a deployment waits for ever, as in the original.
 */

import { type RunSpec, specOf } from '../state/run-spec';
import type { MarathonSettings } from '../state/settings';
import type { Deployment, MarathonState } from '../state/state';
import { saveDeployment } from '../state/storage';
import type { Timer } from '../state/timers';
import { isoTime, type Turn, wake } from '../state/turn';
import { waitsOf } from './waits';

interface Policy {
  /** 0 for none. */
  readonly deadlineMs: number;
  readonly rollback: boolean;
  /** 0 for any number. */
  readonly maxFailures: number;
}

/** The policy of an app: its own, and for what that leaves out the flags. */
export function policyOf(settings: MarathonSettings, app: RunSpec | undefined): Policy {
  const policy = app?.deploymentPolicy;
  const rollback = policy?.rollback ?? settings.deploymentRollback;
  return {
    deadlineMs:
      policy?.deadlineSeconds === undefined ? settings.deploymentDeadlineMs : policy.deadlineSeconds * 1000,
    rollback,
    maxFailures: policy?.maxFailures ?? (rollback ? settings.deploymentMaxFailures : 0),
  };
}

/** The apps of a deployment that have to reach something, with their policies. */
function policiesOf(state: MarathonState, { affected }: Deployment): Policy[] {
  return affected.flatMap((id) => {
    const spec = specOf(state, id);
    return spec ? [policyOf(state.settings, spec)] : [];
  });
}

/** The time at which a deployment has to be over; undefined for none. The shortest of its apps counts. */
export function deadlineOfDeployment(state: MarathonState, deployment: Deployment): number | undefined {
  if (deployment.startedAt === undefined) return undefined;
  const deadlines = policiesOf(state, deployment).flatMap(({ deadlineMs }) =>
    deadlineMs > 0 ? [deadlineMs] : [],
  );
  return deadlines.length > 0 ? deployment.startedAt + Math.min(...deadlines) : undefined;
}

/** True when a deployment that is given up is taken back. The way back itself is not. */
export function goesBack(state: MarathonState, deployment: Deployment): boolean {
  return !deployment.isReturn && policiesOf(state, deployment).some(({ rollback }) => rollback);
}

/** Sets the timer of the deadline, also after a new start. */
export function watchDeadline(turn: Turn, deployment: Deployment): void {
  const deadline = deadlineOfDeployment(turn.state, deployment);
  if (deadline !== undefined) wake(turn, { kind: 'deadline', deploymentId: deployment.id }, deadline);
}

/** The timer `deadline` has run out. */
export function deadlineDue(turn: Turn, { deploymentId }: Timer<'deadline'>): void {
  const { state, now } = turn;
  const deployment = state.deployments.get(deploymentId);
  const deadline = deployment && deadlineOfDeployment(state, deployment);
  if (!deployment || deadline === undefined || now < deadline) return;
  const seconds = (deadline - (deployment.startedAt ?? now)) / 1000;
  const waits = waitsOf(state, deployment, now).join('; ');
  giveUp(turn, deployment, `The deadline of ${seconds} s has passed: ${waits}`);
}

/** Counts a new failure of the version that is deployed, and gives the deployment up after too many. */
export function countFailure(turn: Turn, deployment: Deployment, app: RunSpec): void {
  const { failures, settings } = turn.state;
  const { maxFailures } = policyOf(settings, app);
  if (maxFailures === 0) return;
  const failure = failures.get(app.id);
  if (!failure || failure.version !== app.version || failure.timestamp < isoTime(deployment.startedAt ?? 0))
    return;
  const before = deployment.failures?.[app.id];
  if (before?.taskId === failure.taskId) return;
  const count = (before?.count ?? 0) + 1;
  deployment.failures = { ...deployment.failures, [app.id]: { taskId: failure.taskId, count } };
  saveDeployment(turn, deployment);
  if (count < maxFailures) return;
  const times = count === 1 ? 'once' : `${count} times`;
  giveUp(
    turn,
    deployment,
    `New instances of ${app.id} have failed ${times}, the last one with ${failure.message || failure.state}`,
  );
}

/** The step ends a deployment that is given up (groups/give-up.ts). */
function giveUp(turn: Turn, deployment: Deployment, reason: string): void {
  deployment.givenUp ??= reason;
  turn.state.givenUp.add(deployment.id);
}
