/**
 * Remembers the parts of apps that HAProxy refused, so that they are left out without another check.
 *
 * Always true: a part is remembered only while its app stays the same, and for a limited time.
 */

import type { Millis } from '../../../cluster/model/time';
import { appOfRefusal } from '../issues/refusals';
import type { Fault, RefreshState } from './refresh';

/** Time for which a part of an unchanged app is left out without another check. */
export const REFUSED_MS = 60_000;

type Refusals = Pick<RefreshState, 'refusals'>;

/** Forgets refusals that are old, and those of apps that changed or are gone. `versions`: the current ones, by app. */
export function forgetRefusals(
  { refusals }: Refusals,
  versions: readonly (readonly [string, string])[],
  now: Millis,
): void {
  const current = new Map(versions);
  for (const [key, { version, at: time }] of refusals)
    if (current.get(appOfRefusal(key)) !== version || now - time > REFUSED_MS) refusals.delete(key);
}

export function rememberFaults({ refusals }: Refusals, faults: readonly Fault[], now: Millis): void {
  for (const { key, why, version } of faults)
    if (version !== undefined && !refusals.has(key)) refusals.set(key, { version, why, at: now });
}

/** Apps with remembered refusals. */
export function refusedApps({ refusals }: Refusals): string[] {
  return [...new Set([...refusals.keys()].map(appOfRefusal))];
}

/** The parts to leave out, with the reasons: remembered ones, and those that were just found. */
export function refusedParts(
  { refusals }: Refusals,
  faults: readonly Fault[],
): (readonly [string, string])[] {
  const remembered = [...refusals].map(([key, { why }]) => [key, why] as const);
  return [...remembered, ...faults.map(({ key, why }) => [key, why] as const)];
}
