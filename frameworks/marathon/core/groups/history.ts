/**
 * Earlier versions of the root: each change keeps what it replaced, so that older trees can be put together again.
 *
 * Always true: the definitions that a kept record names are kept, too; the newest record leads to the current root.
 */

import type { App, Group } from '../../api/app';
import type { Pod } from '../../api/pod';
import { tallyAll } from '../instances/tally';
import type { RootChange } from '../state/events';
import type { OverlayMap } from '../state/overlay-map';
import { isBelow } from '../state/paths';
import type { PodSpec, RunSpec } from '../state/run-spec';
import type { MarathonState, RootRecord } from '../state/state';
import { dropDefinitions, dropRecord, type SpecKind, saveRecord } from '../state/storage';
import type { Turn } from '../state/turn';
import type { Target } from './target';

/** The root at one version. */
export interface RootVersion {
  readonly version: string;
  readonly apps: ReadonlyMap<string, App>;
  readonly pods: ReadonlyMap<string, PodSpec>;
  readonly groups: ReadonlyMap<string, Group>;
}

/** The record of a change from the root of a state to another one. */
export function recordOf(state: MarathonState, target: Target): RootRecord {
  const apps = replacedVersions(state.apps, target.apps);
  const pods = replacedVersions(state.pods, target.pods);
  const changed = target.groups.changedKeys();
  const groups = Object.fromEntries(changed.map((id) => [id, state.groups.get(id) ?? null]));
  return {
    version: target.version,
    previous: state.rootVersion,
    apps,
    ...(Object.keys(pods).length > 0 && { pods }),
    groups,
  };
}

/** The versions of changed apps or pods before, null for new ones. */
function replacedVersions(
  current: ReadonlyMap<string, RunSpec>,
  target: OverlayMap<string, RunSpec>,
): Record<string, string | null> {
  return Object.fromEntries(target.changedKeys().map((id) => [id, current.get(id)?.version ?? null]));
}

/** Keeps a record, and forgets the oldest ones beyond `--zk_max_versions`. The current root counts as one. */
export function keepRecord(turn: Turn, record: RootRecord): void {
  const { history, settings } = turn.state;
  history.push(record);
  saveRecord(turn, record);
  const surplus = Math.max(0, history.length - (settings.versionsKept - 1));
  for (const oldest of history.splice(0, surplus)) forget(turn, oldest);
}

/** Forgets a record, and the definitions of removed apps and pods that no other record names. */
function forget(turn: Turn, record: RootRecord): void {
  dropRecord(turn, record.version);
  forgetDefinitions(turn, 'apps', record);
  forgetDefinitions(turn, 'pods', record);
}

function forgetDefinitions(turn: Turn, kind: SpecKind, record: RootRecord): void {
  const { history } = turn.state;
  for (const [id, version] of Object.entries(record[kind] ?? {})) {
    if (version === null || turn.state[kind].has(id)) continue;
    if (history.some((other) => typeof other[kind]?.[id] === 'string')) continue;
    dropDefinitions(turn, kind, id);
    // Instances of it that are still to end are counted without a definition.
    tallyAll(turn.state, id);
  }
}

/** The versions of the root that have a group, newest first. */
export function versionsOfGroup({ history, groups, rootVersion }: MarathonState, id: string): string[] {
  const versions: string[] = [];
  let isThere = groups.has(id);
  if (isThere) versions.push(rootVersion);
  for (const { groups: before, previous } of [...history].reverse()) {
    const group = before[id];
    if (group !== undefined) isThere = group !== null;
    if (isThere) versions.push(previous);
  }
  return versions;
}

/** The root as it was; undefined for a version that is not kept. */
export function rootAt(state: MarathonState, version: string): RootVersion | undefined {
  const apps = new Map(state.apps);
  const pods = new Map(state.pods);
  const groups = new Map(state.groups);
  let reached = state.rootVersion;
  for (const record of [...state.history].reverse()) {
    if (reached === version) break;
    putBack(apps, state.versions, record.apps);
    putBack(pods, state.podVersions, record.pods ?? {});
    for (const [id, before] of Object.entries(record.groups)) {
      if (before) groups.set(id, before);
      else groups.delete(id);
    }
    reached = record.previous;
  }
  return reached === version ? { version, apps, pods, groups } : undefined;
}

/** Puts the definitions back that a change replaced. */
function putBack<Spec>(
  specs: Map<string, Spec>,
  versions: ReadonlyMap<string, ReadonlyMap<string, Spec>>,
  replaced: Readonly<Record<string, string | null>>,
): void {
  for (const [id, before] of Object.entries(replaced)) {
    const spec = before === null ? undefined : versions.get(id)?.get(before);
    if (spec) specs.set(id, spec);
    else specs.delete(id);
  }
}

export interface GroupReturn extends RootChange {
  readonly put: App[];
  readonly remove: string[];
  readonly putPods: Pod[];
  readonly removePods: string[];
  readonly putGroups: Group[];
  readonly removeGroups: string[];
}

/** The change that puts a group back as it was in an earlier root: its apps, pods and groups, and none beside them. */
export function wayBack(state: MarathonState, id: string, earlier: RootVersion): GroupReturn {
  const isOf = (path: string): boolean => path === id || isBelow(path, id);
  const putGroups = [...earlier.groups.values()].filter((group) => isOf(group.id));
  const put = [...earlier.apps.values()].filter((app) => isBelow(app.id, id));
  return {
    put,
    remove: [...state.apps.keys()].filter((path) => isBelow(path, id) && !earlier.apps.has(path)),
    putPods: [...earlier.pods.values()].filter((spec) => isBelow(spec.id, id)).map(({ pod }) => pod),
    removePods: [...state.pods.keys()].filter((path) => isBelow(path, id) && !earlier.pods.has(path)),
    putGroups,
    removeGroups: [...state.groups.keys()].filter((path) => isOf(path) && !earlier.groups.has(path)),
  };
}
