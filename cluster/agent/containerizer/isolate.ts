/**
 * All isolators of a container at once, in their order, or in reverse.
 */

import { errorText } from '../../model/error-text';
import type { ContainerSpec } from '../core/state/container-spec';
import type { Changes, ContainerRun, Isolator } from './isolators/isolator';

/** Throws the reason of the first isolator that cannot do what a container asks for. */
export function checkRefusals(isolators: readonly Isolator[], spec: ContainerSpec): void {
  for (const isolator of isolators) {
    const refusal = isolator.refusal?.(spec);
    if (refusal !== undefined) throw new Error(refusal);
  }
}

export async function prepareAll(
  isolators: readonly Isolator[],
  run: ContainerRun,
  signal?: AbortSignal,
): Promise<Changes[]> {
  const changes: Changes[] = [];
  for (const isolator of isolators) if (isolator.prepare) changes.push(await isolator.prepare(run, signal));
  return changes;
}

/** The environment of a spec with what isolators add; later ones win. The same object when none adds anything. */
export function mergedEnvironment(
  { environment }: ContainerSpec,
  changes: readonly Changes[],
): Readonly<Record<string, string>> {
  const added = changes.flatMap((change) => (change.environment ? [change.environment] : []));
  return added.length === 0 ? environment : Object.assign({}, environment, ...added);
}

/** Cleans up after all, in reverse. One that fails does not keep the others from it; rejects with all reasons. */
export async function cleanUp(isolators: readonly Isolator[], run: ContainerRun): Promise<void> {
  const reasons: string[] = [];
  for (const isolator of [...isolators].reverse()) {
    try {
      await isolator.cleanup?.(run);
    } catch (error) {
      reasons.push(`${isolator.name}: ${errorText(error)}`);
    }
  }
  if (reasons.length > 0) throw new Error(reasons.join('; '));
}
