/**
 * Versions of apps and pods: timestamps that never repeat, and the kinds of difference between two versions.
 */

import type { App, VersionInfo } from '../../api/app';
import type { Pod } from '../../api/pod';
import { type PodSpec, podSpecOf, type RunSpec } from '../state/run-spec';
import { isoTime, type Turn } from '../state/turn';

/** The next version: now, or the millisecond after the last one. */
export function nextVersion(turn: Turn): string {
  const { state } = turn;
  state.lastVersionAt = Math.max(turn.now, state.lastVersionAt + 1);
  return isoTime(state.lastVersionAt);
}

export type Difference = 'none' | 'scale' | 'config';

/**
 * The kind of difference between an app and its earlier form. Labels, back-off and strategies count as
 * configuration.
 */
export function differenceOf(old: App, app: App): Difference {
  const bare = (definition: App): unknown => ({
    ...definition,
    instances: 0,
    executorResources: undefined,
    deploymentPolicy: undefined,
    version: '',
    versionInfo: undefined,
  });
  if (sortedText(bare(old)) !== sortedText(bare(app))) return 'config';
  if (old.instances !== app.instances) return 'scale';
  const besides = ({ executorResources, deploymentPolicy }: App) =>
    sortedText([executorResources ?? null, deploymentPolicy ?? null]);
  return besides(old) === besides(app) ? 'none' : 'scale';
}

/** The kind of difference between a pod and its next form; the version counts for nothing (`PodDefinition.isUpgrade`). */
export function podDifferenceOf(old: PodSpec, pod: Pod): Difference {
  const whole = (definition: Pod): string => sortedText({ ...definition, version: '' });
  if (whole(old.pod) === whole(pod)) return 'none';
  const bare = ({ scheduling, ...definition }: Pod): unknown => ({
    ...definition,
    scheduling: { ...scheduling, killSelection: undefined, unreachableStrategy: undefined },
    scaling: undefined,
    executorResources: undefined,
    legacySharedCgroups: undefined,
    version: '',
  });
  return sortedText(bare(old.pod)) === sortedText(bare(pod)) ? 'scale' : 'config';
}

/** An app with its version and the times of its last changes. */
export function stamped(app: App, version: string, old: App | undefined, difference: Difference): App {
  return { ...app, version, versionInfo: versionInfoOf(version, old, difference) };
}

/** A pod with its version and the times of its last changes. */
export function stampedPod(
  pod: Pod,
  version: string,
  old: PodSpec | undefined,
  difference: Difference,
): PodSpec {
  return podSpecOf({ ...pod, version }, versionInfoOf(version, old, difference));
}

function versionInfoOf(version: string, old: RunSpec | undefined, difference: Difference): VersionInfo {
  const configAt = difference === 'config' || !old ? version : old.versionInfo.lastConfigChangeAt;
  return { lastScalingAt: version, lastConfigChangeAt: configAt };
}

/** JSON with sorted keys and without undefined members: equal values have equal texts. */
export function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
