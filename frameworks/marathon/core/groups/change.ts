/**
 * Changes of the root: apps put, removed or restarted, groups put or removed.
 *
 * Always true: a change is accepted, stored and deployed as a whole, or refused without an effect.
 */

import { answer, refuse } from '../../../kit/core/turn/answer';
import type { App, Group } from '../../api/app';
import { volumeConflict } from '../apps/external-volumes';
import { printApp } from '../apps/print-app';
import { assignServicePorts, servicePortsOf } from '../apps/service-ports';
import { differenceOf, nextVersion, stamped } from '../apps/versions';
import { cancelDeployment, deploymentOf, startDeployment } from '../deployments/deploy';
import { hasCycle, planDeployment } from '../deployments/plan';
import { tallyAll } from '../instances/tally';
import type { Refusal } from '../state/effects';
import type { EventOf, RootChange } from '../state/events';
import { newUuid } from '../state/ids';
import { ancestorsOf, isBelow } from '../state/paths';
import type { Deployment, MarathonState, Step } from '../state/state';
import { dropApp, saveApp, saveRoot } from '../state/storage';
import { isoTime, publish, type Turn } from '../state/turn';

/** The root after a change. */
interface Target {
  readonly apps: Map<string, App>;
  readonly groups: Map<string, Group>;
  readonly version: string;
}

export function changeRoot(turn: Turn, event: EventOf<'api.change'>): void {
  const refusal = missingTarget(turn.state, event.change);
  const outcome = refusal
    ? { refusal }
    : tryChange(turn, event.change, { force: event.force, create: event.create ?? false });
  if ('refusal' in outcome) return refuseChange(turn, event, outcome.refusal);
  const { deployment } = outcome;
  const [app] = event.change.put ?? [];
  const stored = app && turn.state.apps.get(app.id);
  if (event.origin && stored) {
    publish(turn, 'api_post_event', { ...event.origin, appDefinition: printApp(stored) });
  }
  publish(turn, 'group_change_success', { groupId: event.group, version: deployment.version });
  startDeployment(turn, deployment);
  answer(turn, event.request, { ok: true, version: deployment.version, deployment: deployment.id });
}

/** The refusal of a change of a group or an app that is not there. */
function missingTarget(
  { groups, apps }: MarathonState,
  { removeGroups = [], remove = [], restart = [] }: RootChange,
): Refusal | undefined {
  const group = removeGroups.find((id) => !groups.has(id));
  if (group !== undefined) return { code: 'missing', message: `Group '${group}' does not exist` };
  const app = [...remove, ...restart].find((id) => !apps.has(id));
  return app === undefined ? undefined : { code: 'missing', message: `App '${app}' does not exist` };
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
  { force, create }: { force: boolean; create: boolean },
): { deployment: Deployment } | { refusal: Refusal } {
  const { state } = turn;
  const existing = create ? (change.put ?? []).find(({ id }) => state.apps.has(id)) : undefined;
  if (existing) {
    return { refusal: { code: 'exists', message: `An app with id [${existing.id}] already exists.` } };
  }
  const version = nextVersion(turn);
  const target = targetOf(state, change, version);
  if ('refusal' in target) return target;
  const refusal = checkRoot(state, target);
  if (refusal) return { refusal };
  const deployment = deploymentFor(turn, target);
  const conflict = checkLocks(state, deployment, force);
  if (conflict) return { refusal: conflict };
  cancelConflicting(turn, deployment);
  apply(turn, target);
  return { deployment };
}

/** The steps a change would take, without taking them. */
export function previewChange(state: MarathonState, change: RootChange): readonly Step[] | Refusal {
  const target = targetOf(state, change, isoTime(state.lastVersionAt + 1));
  if ('refusal' in target) return target.refusal;
  return checkRoot(state, target) ?? planDeployment(state.apps, target.apps, target.groups);
}

function targetOf(state: MarathonState, change: RootChange, version: string): Target | { refusal: Refusal } {
  const apps = new Map(state.apps);
  const groups = new Map(state.groups);
  for (const id of change.remove ?? []) apps.delete(id);
  for (const id of change.removeGroups ?? []) removeGroup(apps, groups, id);
  for (const group of change.putGroups ?? []) groups.set(group.id, group);
  const used = new Set([...state.apps.values(), ...(change.put ?? [])].flatMap(servicePortsOf));
  const range = { min: state.settings.localPortMin, max: state.settings.localPortMax };
  for (const wanted of change.put ?? []) {
    const old = state.apps.get(wanted.id);
    const app = assignServicePorts(wanted, { old, used, range });
    if ('error' in app) return { refusal: invalid('/', app.error) };
    for (const port of servicePortsOf(app)) used.add(port);
    const difference = old ? differenceOf(old, app) : 'config';
    apps.set(app.id, old && difference === 'none' ? old : stamped(app, version, old, difference));
  }
  const conflict = volumeConflict(change.put ?? [], apps);
  if (conflict !== undefined) return { refusal: invalid('/container/volumes', conflict) };
  for (const id of change.restart ?? []) {
    const app = apps.get(id);
    if (app) apps.set(id, stamped(app, version, app, 'config'));
  }
  addParents(groups, change);
  dropReplacedGroups({ apps, groups }, change);
  return { apps, groups, version };
}

/** The groups above whatever a change puts are made with it. */
function addParents(groups: Map<string, Group>, { put = [], putGroups = [] }: RootChange): void {
  for (const { id } of [...put, ...putGroups]) {
    for (const path of ancestorsOf(id)) {
      if (!groups.has(path)) groups.set(path, { id: path, dependencies: [] });
    }
  }
}

/** An app that is put replaces a group of its id without apps in it (`RootGroup.updateApp`). */
function dropReplacedGroups({ apps, groups }: Pick<Target, 'apps' | 'groups'>, change: RootChange): void {
  const wanted = new Set(change.putGroups?.map(({ id }) => id));
  for (const { id } of change.put ?? []) {
    if (!groups.has(id) || wanted.has(id)) continue;
    if (![...apps.keys()].some((path) => isBelow(path, id))) removeGroup(apps, groups, id);
  }
}

function removeGroup(apps: Map<string, App>, groups: Map<string, Group>, id: string): void {
  for (const app of [...apps.keys()]) if (isBelow(app, id)) apps.delete(app);
  for (const group of [...groups.keys()]) {
    if (group !== '/' && (group === id || isBelow(group, id))) groups.delete(group);
  }
  if (id === '/') groups.set('/', { id: '/', dependencies: [] });
}

function invalid(path: string, error: string): Refusal {
  return { code: 'invalid', details: [{ path, errors: [error] }] };
}

/** Rules about the tree as a whole. */
function checkRoot(state: MarathonState, { apps, groups }: Target): Refusal | undefined {
  for (const id of apps.keys()) {
    if (groups.has(id)) return invalid('/', 'Groups and Applications may not have the same identifier.');
  }
  if (hasCycle(apps, groups)) return invalid('/', 'Dependency graph has cyclic dependencies.');
  const { maxApps } = state.settings;
  if (maxApps !== undefined && apps.size > maxApps) {
    return invalid(
      '/',
      `This Marathon instance may only handle up to ${maxApps} Apps! (Override with command line option --max_apps)`,
    );
  }
  return undefined;
}

function deploymentFor(turn: Turn, target: Target): Deployment {
  const { state } = turn;
  const steps = planDeployment(state.apps, target.apps, target.groups);
  const affected = [...new Set(steps.flatMap(({ actions }) => actions.map(({ app }) => app)))];
  const originals = Object.fromEntries(affected.map((id) => [id, state.apps.get(id) ?? null]));
  return {
    id: newUuid(turn),
    version: target.version,
    steps,
    affected,
    originals,
    done: 0,
    announced: false,
    open: [],
  };
}

function checkLocks(state: MarathonState, { affected }: Deployment, force: boolean): Refusal | undefined {
  const locks = new Set(affected.flatMap((app) => state.locks.get(app) ?? []));
  if (locks.size > 0 && !force) return { code: 'locked', deployments: [...locks] };
  const { maxRunningDeployments } = state.settings;
  if (state.deployments.size - locks.size < maxRunningDeployments) return undefined;
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

function apply(turn: Turn, target: Target): void {
  const { state } = turn;
  state.rootVersion = target.version;
  for (const [id, app] of target.apps) {
    const old = state.apps.get(id);
    if (old?.version === app.version) continue;
    publishCheckChanges(turn, old, app);
    state.apps.set(id, app);
    saveApp(turn, app);
    tallyAll(state, id);
    turn.touched.add(id);
  }
  for (const id of [...state.apps.keys()]) {
    if (target.apps.has(id)) continue;
    state.apps.delete(id);
    dropApp(turn, id);
    tallyAll(state, id);
    turn.touched.add(id);
  }
  state.groups.clear();
  for (const [id, group] of target.groups) state.groups.set(id, group);
  saveRoot(turn);
}

function publishCheckChanges(turn: Turn, old: App | undefined, app: App): void {
  if (old && JSON.stringify(old.healthChecks) === JSON.stringify(app.healthChecks)) return;
  for (const _check of old?.healthChecks ?? []) publish(turn, 'remove_health_check_event', { appId: app.id });
  for (const healthCheck of app.healthChecks) {
    publish(turn, 'add_health_check_event', { appId: app.id, healthCheck, version: app.version });
  }
}

/** Stops a deployment: with force it ends where it is, without it the affected apps are put back as they were. */
export function cancel(turn: Turn, event: EventOf<'api.cancel'>): void {
  const { state } = turn;
  const deployment = state.deployments.get(event.deployment);
  if (!deployment) {
    const message = `DeploymentPlan ${event.deployment} does not exist`;
    return refuse(turn, event.request, { code: 'missing', message });
  }
  if (event.force) {
    cancelDeployment(turn, deployment, 'The upgrade has been cancelled');
    return answer(turn, event.request, { ok: true });
  }
  const originals = Object.entries(deployment.originals);
  const put = originals.flatMap(([, app]) => app ?? []);
  const remove = originals.flatMap(([id, app]) => (app || !state.apps.has(id) ? [] : [id]));
  changeRoot(turn, {
    kind: 'api.change',
    at: turn.now,
    request: event.request,
    change: { put, remove },
    force: true,
    group: '/',
  });
  // The way back may need no step at all; the cancelled deployment ends in any case.
  if (state.deployments.has(deployment.id))
    cancelDeployment(turn, deployment, 'The upgrade has been cancelled');
}
