/**
 * Earlier versions of the root: each change keeps what it replaced, so that older trees can be put together again.
 *
 * Always true: the definitions that a kept record names are kept, too; the newest record leads to the current root.
 */

import type { App, Group } from '../../api/app';
import { tallyAll } from '../instances/tally';
import { isBelow } from '../state/paths';
import type { MarathonState, RootRecord } from '../state/state';
import { dropDefinitions, dropRecord, saveRecord } from '../state/storage';
import type { Turn } from '../state/turn';

/** The root at one version. */
export interface RootVersion {
  readonly version: string;
  readonly apps: ReadonlyMap<string, App>;
  readonly groups: ReadonlyMap<string, Group>;
}

/** The record of a change from the root of a state to another one. */
export function recordOf(state: MarathonState, target: RootVersion): RootRecord {
  const apps: Record<string, string | null> = {};
  const groups: Record<string, Group | null> = {};
  for (const [id, app] of target.apps) {
    const before = state.apps.get(id);
    if (before?.version !== app.version) apps[id] = before?.version ?? null;
  }
  for (const [id, app] of state.apps) if (!target.apps.has(id)) apps[id] = app.version;
  for (const [id, group] of target.groups) {
    const before = state.groups.get(id);
    if (before !== group) groups[id] = before ?? null;
  }
  for (const [id, group] of state.groups) if (!target.groups.has(id)) groups[id] = group;
  return { version: target.version, previous: state.rootVersion, apps, groups };
}

/** Keeps a record, and forgets the oldest ones beyond `--zk_max_versions`. The current root counts as one. */
export function keepRecord(turn: Turn, record: RootRecord): void {
  const { history, settings } = turn.state;
  history.push(record);
  saveRecord(turn, record);
  const surplus = Math.max(0, history.length - (settings.versionsKept - 1));
  for (const oldest of history.splice(0, surplus)) forget(turn, oldest);
}

/** Forgets a record, and the definitions of removed apps that no other record names. */
function forget(turn: Turn, record: RootRecord): void {
  const { apps, history } = turn.state;
  dropRecord(turn, record.version);
  for (const [id, version] of Object.entries(record.apps)) {
    if (version === null || apps.has(id)) continue;
    if (history.some((other) => typeof other.apps[id] === 'string')) continue;
    dropDefinitions(turn, id);
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
  const groups = new Map(state.groups);
  let reached = state.rootVersion;
  for (const record of [...state.history].reverse()) {
    if (reached === version) break;
    for (const [id, before] of Object.entries(record.apps)) {
      const app = before === null ? undefined : state.versions.get(id)?.get(before);
      if (app) apps.set(id, app);
      else apps.delete(id);
    }
    for (const [id, before] of Object.entries(record.groups)) {
      if (before) groups.set(id, before);
      else groups.delete(id);
    }
    reached = record.previous;
  }
  return reached === version ? { version, apps, groups } : undefined;
}

/** The change that puts a group back as it was in an earlier root: its apps, its groups, and none beside them. */
export function wayBack(
  state: MarathonState,
  id: string,
  earlier: RootVersion,
): { put: App[]; remove: string[]; putGroups: Group[]; removeGroups: string[] } {
  const isOf = (path: string): boolean => path === id || isBelow(path, id);
  const putGroups = [...earlier.groups.values()].filter((group) => isOf(group.id));
  const put = [...earlier.apps.values()].filter((app) => isBelow(app.id, id));
  return {
    put,
    remove: [...state.apps.keys()].filter((path) => isBelow(path, id) && !earlier.apps.has(path)),
    putGroups,
    removeGroups: [...state.groups.keys()].filter((path) => isOf(path) && !earlier.groups.has(path)),
  };
}
