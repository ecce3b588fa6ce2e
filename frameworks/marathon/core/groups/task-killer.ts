/**
 * Kills that operators ask for: of tasks, of tasks with their instances (wipe), or for good (scale).
 */

import { answer, refuse } from '../../../kit/core/turn/answer';
import type { Pod } from '../../api/pod';
import { startDeployment } from '../deployments/deploy';
import { instanceOfTask } from '../instances/instances';
import { decommission, killTasks, stop } from '../instances/kill';
import { resetBackoff } from '../launch/backoff';
import type { EventOf } from '../state/events';
import { isPod, type RunSpec, specOf } from '../state/run-spec';
import type { Instance } from '../state/state';
import { publish, type Turn } from '../state/turn';
import { refuseChange, tryChange } from './change';

export function killOnRequest(turn: Turn, event: EventOf<'api.kill'>): void {
  const { state } = turn;
  const matching = new Set(
    event.taskIds.flatMap((id) => instanceOfTask(state, id) ?? state.instances.get(id) ?? []),
  );
  // Volumes of instances that are stopped may be wiped, too.
  const instances = [...matching].filter(
    ({ goal }) => goal === 'Running' || (event.wipe && goal === 'Stopped'),
  );
  if (event.scale) return killAndScale(turn, event, instances);
  for (const instance of instances) {
    if (event.wipe || isOutOfReach(instance)) decommission(turn, instance);
    else killTasks(turn, instance);
  }
  answer(turn, event.request, { ok: true, killed: [...event.taskIds] });
}

/** True for an instance that no kill can reach and nothing is kept for: another one takes its place (`KillAction`). */
function isOutOfReach({ condition, reservation }: Instance): boolean {
  return condition === 'Unreachable' && reservation === undefined;
}

function killAndScale(turn: Turn, event: EventOf<'api.kill'>, instances: readonly Instance[]): void {
  const { state } = turn;
  const counts = new Map<string, number>();
  // An inactive instance has been replaced, so its end makes the app no smaller.
  const counting = instances.filter(({ condition }) => condition !== 'UnreachableInactive');
  for (const { appId } of counting) counts.set(appId, (counts.get(appId) ?? 0) + 1);
  const specs = [...counts.keys()].flatMap((id) => specOf(state, id) ?? []);
  const left = ({ id, instances: number }: RunSpec): number => Math.max(0, number - (counts.get(id) ?? 0));
  const change = {
    put: specs.flatMap((spec) => (isPod(spec) ? [] : [{ ...spec, instances: left(spec) }])),
    putPods: specs.flatMap((spec) => (isPod(spec) ? [scaledPod(spec.pod, left(spec))] : [])),
  };
  const outcome = tryChange(turn, change, { force: event.force, cancellable: event.cancellable });
  if ('refusal' in outcome) {
    return refuseChange(turn, { request: event.request, group: '/' }, outcome.refusal);
  }
  const { deployment } = outcome;
  for (const instance of instances) stop(turn, instance);
  publish(turn, 'group_change_success', { groupId: '/', version: deployment.version });
  startDeployment(turn, deployment);
  answer(turn, event.request, { ok: true, version: deployment.version, deployment: deployment.id });
}

function scaledPod(pod: Pod, instances: number): Pod {
  return { ...pod, scaling: { ...pod.scaling, instances } };
}

/** Removes a launch delay at the request of an operator. */
export function resetDelay(turn: Turn, event: EventOf<'api.reset-delay'>): void {
  if (!turn.state.waiting.has(event.app)) {
    return refuse(turn, event.request, { code: 'missing', message: notQueued(event.app) });
  }
  resetBackoff(turn, event.app);
  answer(turn, event.request, { ok: true });
}

export function notQueued(id: string): string {
  return `Application ${id} not found in tasks queue.`;
}
