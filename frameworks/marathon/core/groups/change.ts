/**
 * Changes of the root: apps and pods put or removed, apps restarted, groups put or removed.
 *
 * Always true: a change is accepted, stored and deployed as a whole, or refused without an effect.
 */

import { answer, refuse } from '../../../kit/core/turn/answer';
import type { App } from '../../api/app';
import { printApp } from '../apps/print-app';
import { usedServicePorts } from '../apps/service-ports';
import { nextVersion } from '../apps/versions';
import { cancelDeployment, deploymentOf, startDeployment } from '../deployments/deploy';
import { planDeployment } from '../deployments/plan';
import { instancesOf, recordChange, reservedInstancesOf } from '../instances/instances';
import { decommission } from '../instances/kill';
import { tallyAll } from '../instances/tally';
import { useRoles } from '../scheduler/session';
import type { Refusal } from '../state/effects';
import type { EventOf, Force, RootChange } from '../state/events';
import { newUuid } from '../state/ids';
import { type RunSpec, specOf } from '../state/run-spec';
import type { Deployment, MarathonState, RootRecord, Step } from '../state/state';
import { dropFailure, saveRoot, saveSpec } from '../state/storage';
import { isoTime, publish, publishPod, type Turn } from '../state/turn';
import { keepRecord, recordOf } from './history';
import { revertChange } from './revert';
import { rolesInUse, specRoles } from './roles';
import { checkResidents, checkRoot, missingTarget, type Target, targetOf } from './target';

/** Makes and deploys a change, and answers its request; true when it was accepted. */
export function changeRoot(turn: Turn, event: EventOf<'api.change'>): boolean {
  const refusal = missingTarget(turn.state, event.change);
  const outcome = refusal ? { refusal } : tryChange(turn, event.change, event);
  if ('refusal' in outcome) {
    refuseChange(turn, event, outcome.refusal);
    return false;
  }
  const { deployment } = outcome;
  const [app] = event.change.put ?? [];
  const stored = app && turn.state.apps.get(app.id);
  if (event.origin && stored) {
    publish(turn, 'api_post_event', { ...event.origin, appDefinition: printApp(stored) });
  }
  publish(turn, 'group_change_success', { groupId: event.group, version: deployment.version });
  startDeployment(turn, deployment);
  publishPodChange(turn, event);
  answer(turn, event.request, { ok: true, version: deployment.version, deployment: deployment.id });
  return true;
}

/** Tells of the pod that a request makes, changes or removes. */
function publishPodChange(turn: Turn, { origin, change, create }: EventOf<'api.change'>): void {
  if (!origin) return;
  for (const { id } of change.putPods ?? [])
    publishPod(turn, create ? 'pod_created_event' : 'pod_updated_event', origin, id);
  for (const id of change.removePods ?? []) publishPod(turn, 'pod_deleted_event', origin, id);
}

/** A refused change is told to the request and to the event stream. */
export function refuseChange(
  turn: Turn,
  { request, group }: { readonly request: number; readonly group: string },
  refusal: Refusal,
): void {
  const version = isoTime(Math.max(turn.now, turn.state.lastVersionAt));
  publish(turn, 'group_change_failed', { groupId: group, version, reason: reasonOf(refusal) });
  refuse(turn, request, refusal);
}

/** A refusal as one sentence. */
function reasonOf(refusal: Refusal): string {
  switch (refusal.code) {
    case 'invalid':
      return refusal.details.map(({ path, errors }) => `${path} ${errors.join(' ')}`).join('; ');
    case 'locked':
      return `App is locked by one or more deployments: ${refusal.deployments.join(', ')}`;
    default:
      return refusal.message;
  }
}

/** Checks and applies a change. Returns the deployment it needs, which the caller starts. */
export function tryChange(
  turn: Turn,
  change: RootChange,
  { create, ...by }: Force & { readonly create?: boolean | undefined },
): { deployment: Deployment } | { refusal: Refusal } {
  const { state } = turn;
  const full = by.force ? undefined : tooMany(state, 0);
  if (full) return { refusal: full };
  const existing = create ? existingOf(state, change) : undefined;
  if (existing) return { refusal: existing };
  const version = nextVersion(turn);
  const target = targetOf(state, change, version);
  if ('refusal' in target) return target;
  const refusal = checkRoot(state, target) ?? checkResidents(state, target, by.force);
  if (refusal) return { refusal };
  const record = recordOf(state, target);
  const deployment = deploymentFor(turn, target, record);
  const conflict = checkLocks(state, deployment, by);
  if (conflict) return { refusal: conflict };
  cancelConflicting(turn, deployment);
  apply(turn, target, record);
  leaveVolumes(turn, record);
  for (const [id, configVersion] of Object.entries(change.keep ?? {})) keepInstances(turn, id, configVersion);
  return { deployment };
}

/** The refusal to create what is there. */
function existingOf(
  { apps, pods }: MarathonState,
  { put = [], putPods = [] }: RootChange,
): Refusal | undefined {
  const app = put.find(({ id }) => apps.has(id));
  if (app) return { code: 'exists', message: `An app with id [${app.id}] already exists.` };
  const pod = putPods.find(({ id }) => pods.has(id));
  return pod && { code: 'exists', message: `A pod with id [${pod.id}] already exists.` };
}

/** The steps a change would take, without taking them. */
export function previewChange(state: MarathonState, change: RootChange): readonly Step[] | Refusal {
  const missing = missingTarget(state, change);
  if (missing) return missing;
  const target = targetOf(state, change, isoTime(state.lastVersionAt + 1));
  if ('refusal' in target) return target.refusal;
  const refusal = checkRoot(state, target) ?? checkResidents(state, target, true);
  if (refusal) return refusal;
  const changed = [...target.apps.changedKeys(), ...target.pods.changedKeys()];
  return planDeployment(state, target, target.groups, changed);
}

function deploymentFor(turn: Turn, target: Target, record: RootRecord): Deployment {
  const { state } = turn;
  const changed = [...Object.keys(record.apps), ...Object.keys(record.pods ?? {})];
  const steps = planDeployment(state, target, target.groups, changed);
  const affected = [...new Set(steps.flatMap(({ actions }) => actions.map(({ app }) => app)))];
  const originals = Object.fromEntries(affected.map((id) => [id, specOf(state, id) ?? null]));
  const groups = Object.fromEntries(
    Object.entries(record.groups).map(([id, group]) => [
      id,
      { before: group, after: target.groups.get(id) ?? null },
    ]),
  );
  return {
    id: newUuid(turn),
    version: target.version,
    steps,
    affected,
    originals,
    groups,
    startedAt: turn.now,
    done: 0,
    announced: false,
    open: new Set(),
  };
}

/** The refusal of a change of locked apps. A change by force makes room by the deployments that it cancels. */
function checkLocks(
  state: MarathonState,
  { affected }: Deployment,
  { force, cancellable }: Force,
): Refusal | undefined {
  const locks = [...new Set(affected.flatMap((app) => state.locks.get(app) ?? []))];
  const inTheWay = force ? locks.filter((id) => cancellable && !cancellable.includes(id)) : locks;
  if (inTheWay.length > 0) return { code: 'locked', deployments: inTheWay };
  return tooMany(state, locks.length);
}

function tooMany({ deployments, settings }: MarathonState, cancelled: number): Refusal | undefined {
  const { maxRunningDeployments } = settings;
  if (deployments.size - cancelled < maxRunningDeployments) return undefined;
  return {
    code: 'too-many',
    message: `Max number (${maxRunningDeployments}) of running deployments is achieved. Wait for existing deployments to complete or cancel one using force=true parameter. You can increase max deployment number by using --max_running_deployments parameter but be advised that this can have negative effects on the performance.`,
  };
}

function cancelConflicting(turn: Turn, { affected }: Deployment): void {
  const { state } = turn;
  for (const app of affected) {
    const running = deploymentOf(state, app);
    if (running) cancelDeployment(turn, running, 'The upgrade has been cancelled');
  }
}

function apply(turn: Turn, target: Target, record: RootRecord): void {
  const { state } = turn;
  state.rootVersion = target.version;
  for (const id of Object.keys(record.apps)) {
    const old = state.apps.get(id);
    const app = target.apps.get(id);
    applySpec(turn, state.apps, { id, spec: app });
    usedServicePorts.replace(state.apps, old, app);
    publishCheckChanges(turn, old, app);
  }
  for (const id of Object.keys(record.pods ?? {})) {
    applySpec(turn, state.pods, { id, spec: target.pods.get(id) });
  }
  for (const id of Object.keys(record.groups)) {
    const group = target.groups.get(id);
    if (group) state.groups.set(id, group);
    else state.groups.delete(id);
  }
  saveRoot(turn);
  keepRecord(turn, record);
  state.revive.wantedRoles = undefined;
  useRoles(turn, rolesInUse(state));
}

/** An app that becomes a pod, or a pod an app, leaves its volumes as a removed one does: none of its instances can use them. */
function leaveVolumes(turn: Turn, { apps, pods = {} }: RootRecord): void {
  for (const id of Object.keys(pods))
    if (id in apps) for (const instance of reservedInstancesOf(turn.state, id)) decommission(turn, instance);
}

/** Puts an app or a pod as it is after the change, or removes it. */
function applySpec<Spec extends RunSpec>(
  turn: Turn,
  current: Map<string, Spec>,
  { id, spec }: { readonly id: string; readonly spec: Spec | undefined },
): void {
  specRoles.replace(current, current.get(id), spec);
  if (spec) {
    current.set(id, spec);
    saveSpec(turn, spec);
  } else {
    current.delete(id);
    dropFailure(turn, id);
  }
  tallyAll(turn.state, id);
  turn.touched.add(id);
}

/** Instances that run an equal configuration already are instances of the new version. */
function keepInstances(turn: Turn, id: string, configVersion: string): void {
  const spec = specOf(turn.state, id);
  if (!spec || spec.versionInfo.lastConfigChangeAt === configVersion) return;
  for (const instance of instancesOf(turn.state, id)) {
    if (instance.configVersion !== configVersion || instance.goal !== 'Running') continue;
    instance.configVersion = spec.versionInfo.lastConfigChangeAt;
    recordChange(turn, instance);
  }
}

/** `PATCH /v2/groups/{id}`: no deployment and no new version, as in the original (`GroupManager.patchRoot`). */
export function patchGroup(turn: Turn, event: EventOf<'api.patch-group'>): void {
  const { groups } = turn.state;
  const group = groups.get(event.group);
  if (!group) {
    const message = `Group '${event.group}' does not exist`;
    return refuse(turn, event.request, { code: 'missing', message });
  }
  groups.set(group.id, { ...group, enforceRole: event.enforceRole });
  saveRoot(turn);
  answer(turn, event.request, { ok: true });
}

function publishCheckChanges(turn: Turn, old: App | undefined, app: App | undefined): void {
  if (!app) return;
  if (old && JSON.stringify(old.healthChecks) === JSON.stringify(app.healthChecks)) return;
  for (const _check of old?.healthChecks ?? []) publish(turn, 'remove_health_check_event', { appId: app.id });
  for (const healthCheck of app.healthChecks) {
    publish(turn, 'add_health_check_event', { appId: app.id, healthCheck, version: app.version });
  }
}

export function noDeployment(id: string): string {
  return `DeploymentPlan ${id} does not exist`;
}

/** Stops a deployment: with force it ends where it is, without it the affected apps are put back as they were. */
export function cancel(turn: Turn, event: EventOf<'api.cancel'>): void {
  const { state } = turn;
  const deployment = state.deployments.get(event.deployment);
  if (!deployment) {
    return refuse(turn, event.request, { code: 'missing', message: noDeployment(event.deployment) });
  }
  if (event.force) {
    cancelDeployment(turn, deployment, 'The upgrade has been cancelled');
    return answer(turn, event.request, { ok: true });
  }
  const isAccepted = changeRoot(turn, {
    kind: 'api.change',
    at: turn.now,
    request: event.request,
    change: revertChange(state, deployment),
    force: true,
    group: '/',
  });
  // The way back may need no step at all; the cancelled deployment ends all the same.
  if (isAccepted && state.deployments.has(deployment.id))
    cancelDeployment(turn, deployment, 'The upgrade has been cancelled');
}
