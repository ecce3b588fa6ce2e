/**
 * The stored variables and their names; the rest of the state is rebuilt from these or from the cluster.
 */

import { save, saveAtCommit } from '../../../kit/core/turn/outbox';
import type { App, Group, VersionInfo } from '../../api/app';
import type { Pod } from '../../api/pod';
import { isPod, podSpecOf, type RunSpec } from './run-spec';
import type { Deployment, Instance, MarathonState, RootRecord, TaskFailure } from './state';
import type { Turn } from './turn';

/** All names begin with it. */
export const PREFIX = 'marathon/';
export const FRAMEWORK = 'marathon/framework';
export const ROOT = 'marathon/root';
export const APP_PREFIX = 'marathon/app/';
export const POD_PREFIX = 'marathon/pod/';
export const INSTANCE_PREFIX = 'marathon/instance/';
export const DEPLOYMENT_PREFIX = 'marathon/deployment/';
export const HISTORY_PREFIX = 'marathon/history/';
export const FAILURE_PREFIX = 'marathon/failure/';

/**
 * The root by reference: of each app and pod the newest definition is the current one, except of those that were removed
 * and are kept for the history. So it stays small, however many apps there are.
 */
export interface StoredRoot {
  readonly version: string;
  readonly groups: readonly Group[];
  readonly removed?: RemovedSpecs | undefined;
  /** The current versions, which roots of earlier Mesetas have in place of the removed apps. */
  readonly apps?: Readonly<Record<string, string>> | undefined;
  readonly pods?: Readonly<Record<string, string>> | undefined;
}

interface RemovedSpecs {
  readonly apps: readonly string[];
  readonly pods: readonly string[];
}

/** A pod in its own form, with what its versions have beside it. */
interface StoredPod {
  readonly pod: Pod;
  readonly versionInfo: VersionInfo;
}

/** The tables of definitions: one of apps, one of pods. */
export type SpecKind = 'apps' | 'pods';

/** Ids never contain a `@`, so id and version can be told apart. */
function definitionName(kind: SpecKind, id: string, version: string): string {
  return `${kind === 'pods' ? POD_PREFIX : APP_PREFIX}${id}@${version}`;
}

function definitionsOf(state: MarathonState, kind: SpecKind): Map<string, Map<string, RunSpec>> {
  return kind === 'pods' ? state.podVersions : state.versions;
}

export function saveFrameworkId(turn: Turn): void {
  save(turn, FRAMEWORK, turn.state.session.frameworkId);
}

/** The root is printed at the commit, once for all of its changes. */
export function saveRoot(turn: Turn): void {
  saveAtCommit(turn, ROOT);
}

function rootOf({ rootVersion, groups, apps, pods, versions, podVersions }: MarathonState): StoredRoot {
  const removed = { apps: missingIn(apps, versions), pods: missingIn(pods, podVersions) };
  return { version: rootVersion, groups: [...groups.values()], removed };
}

function missingIn(
  current: ReadonlyMap<string, unknown>,
  definitions: ReadonlyMap<string, unknown>,
): string[] {
  const missing: string[] = [];
  for (const id of definitions.keys()) if (!current.has(id)) missing.push(id);
  return missing;
}

/** Stores a new definition and removes the oldest ones beyond the limit. */
export function saveSpec(turn: Turn, spec: RunSpec): void {
  const { id, version: newest } = spec;
  const kind = isPod(spec) ? 'pods' : 'apps';
  const versions = definitionsOf(turn.state, kind);
  const definitions = versions.get(id) ?? new Map<string, RunSpec>();
  versions.set(id, definitions);
  definitions.set(newest, spec);
  const stored: App | StoredPod = isPod(spec) ? { pod: spec.pod, versionInfo: spec.versionInfo } : spec;
  save(turn, definitionName(kind, id, newest), stored);
  for (const version of definitions.keys()) {
    if (definitions.size <= turn.state.settings.versionsKept) break;
    definitions.delete(version);
    save(turn, definitionName(kind, id, version), undefined);
  }
}

/** Removes all definitions of an app or a pod. */
export function dropDefinitions(turn: Turn, kind: SpecKind, id: string): void {
  const versions = definitionsOf(turn.state, kind);
  for (const version of versions.get(id)?.keys() ?? [])
    save(turn, definitionName(kind, id, version), undefined);
  versions.delete(id);
}

/** Removes the last failure of an app or a pod. */
export function dropFailure(turn: Turn, id: string): void {
  if (turn.state.failures.delete(id)) save(turn, FAILURE_PREFIX + id, undefined);
}

export function saveRecord(turn: Turn, record: RootRecord): void {
  save(turn, HISTORY_PREFIX + record.version, record);
}

export function dropRecord(turn: Turn, version: string): void {
  save(turn, HISTORY_PREFIX + version, undefined);
}

/** An instance is printed at the commit, once for all of its changes. */
export function saveInstance(turn: Turn, instance: Instance): void {
  saveAtCommit(turn, INSTANCE_PREFIX + instance.id);
}

/** The text of a variable that is printed at the commit. */
export function textOf(state: MarathonState, name: string): string | undefined {
  if (name === ROOT) return JSON.stringify(rootOf(state));
  const instance = state.instances.get(name.slice(INSTANCE_PREFIX.length));
  return instance && JSON.stringify(instance);
}

export function dropStoredInstance(turn: Turn, id: string): void {
  save(turn, INSTANCE_PREFIX + id, undefined);
}

export function saveDeployment(turn: Turn, deployment: Deployment): void {
  save(turn, DEPLOYMENT_PREFIX + deployment.id, deployment);
}

export function dropDeployment(turn: Turn, id: string): void {
  save(turn, DEPLOYMENT_PREFIX + id, undefined);
}

export function saveFailure(turn: Turn, failure: TaskFailure): void {
  turn.state.failures.set(failure.appId, failure);
  save(turn, FAILURE_PREFIX + failure.appId, failure);
}

/** Stored variables by name. */
export type Stored = readonly { readonly name: string; readonly text: string }[];

/** Fills root, versions, deployments and failures of a new state. Returns the stored instances. */
export function restore(state: MarathonState, stored: Stored): Instance[] {
  const instances: Instance[] = [];
  let root: StoredRoot | undefined;
  for (const { name, text } of stored) {
    const value: unknown = JSON.parse(text);
    if (name === FRAMEWORK) state.session.frameworkId = value as string;
    else if (name === ROOT) root = value as StoredRoot;
    else if (name.startsWith(APP_PREFIX)) restoreVersion(state, 'apps', value as App);
    else if (name.startsWith(POD_PREFIX)) restorePod(state, value as StoredPod);
    else if (name.startsWith(INSTANCE_PREFIX)) instances.push(value as Instance);
    else if (name.startsWith(DEPLOYMENT_PREFIX)) restoreDeployment(state, value as Deployment);
    else if (name.startsWith(HISTORY_PREFIX)) state.history.push(value as RootRecord);
    else if (name.startsWith(FAILURE_PREFIX)) {
      const failure = value as TaskFailure;
      state.failures.set(failure.appId, failure);
    }
  }
  sortDefinitions(state.versions);
  sortDefinitions(state.podVersions);
  state.history.sort((a, b) => (a.version < b.version ? -1 : 1));
  if (root) restoreRoot(state, root);
  return instances;
}

/** The definitions of an app or a pod are put in order once all are there. */
function restoreVersion(state: MarathonState, kind: SpecKind, spec: RunSpec): void {
  const versions = definitionsOf(state, kind);
  const definitions = versions.get(spec.id) ?? new Map<string, RunSpec>();
  definitions.set(spec.version, spec);
  versions.set(spec.id, definitions);
}

function restorePod(state: MarathonState, { pod, versionInfo }: StoredPod): void {
  restoreVersion(state, 'pods', podSpecOf(pod, versionInfo));
}

function sortDefinitions<Spec>(versions: Map<string, Map<string, Spec>>): void {
  for (const [id, definitions] of versions)
    versions.set(id, new Map([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))));
}

function restoreDeployment(state: MarathonState, deployment: Deployment): void {
  state.deployments.set(deployment.id, { ...deployment, done: 0, announced: false, open: new Set() });
  for (const app of deployment.affected) state.locks.set(app, deployment.id);
}

function restoreRoot(state: MarathonState, root: StoredRoot): void {
  state.rootVersion = root.version;
  state.lastVersionAt = Math.max(state.lastVersionAt, Date.parse(root.version));
  for (const group of root.groups) state.groups.set(group.id, group);
  restoreCurrent(state.apps, state.versions, { versions: root.apps, removed: root.removed?.apps });
  restoreCurrent(state.pods, state.podVersions, { versions: root.pods, removed: root.removed?.pods });
}

/** Fills a table of current definitions: with the newest ones that were not removed, or as an older root names them. */
function restoreCurrent<Spec extends RunSpec>(
  current: Map<string, Spec>,
  definitions: ReadonlyMap<string, ReadonlyMap<string, Spec>>,
  stored: {
    versions?: Readonly<Record<string, string>> | undefined;
    removed?: readonly string[] | undefined;
  },
): void {
  const removed = new Set(stored.removed);
  for (const [id, specs] of definitions) {
    const newest = removed.has(id) ? undefined : [...specs.values()].at(-1);
    const spec = stored.removed ? newest : specs.get(stored.versions?.[id] ?? '');
    if (spec) current.set(id, spec);
  }
}
