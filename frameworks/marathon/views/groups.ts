/**
 * Groups as the API shows them, with the apps and groups in them that the request embeds.
 */

import { parentOf } from '../core/state/paths';
import type { MarathonState } from '../core/state/state';
import { type Embed, printAppInfo } from './apps';

export interface GroupEmbed {
  readonly apps: boolean;
  readonly groups: boolean;
  readonly pods: boolean;
  readonly appEmbed: ReadonlySet<Embed>;
}

export function printGroup(
  state: MarathonState,
  id: string,
  embed: GroupEmbed,
  now: number,
): object | undefined {
  const group = state.groups.get(id);
  if (!group) return undefined;
  const apps = [...state.apps.values()].filter((app) => parentOf(app.id) === id);
  const groups = [...state.groups.keys()].filter((path) => path !== '/' && parentOf(path) === id);
  return {
    id,
    ...(embed.apps && { apps: apps.map((app) => printAppInfo(state, app, embed.appEmbed, now)) }),
    ...(embed.groups && { groups: groups.map((path) => printGroup(state, path, embed, now)) }),
    ...(embed.pods && { pods: [] }),
    dependencies: group.dependencies,
    version: state.rootVersion,
    enforceRole: group.enforceRole ?? false,
  };
}
