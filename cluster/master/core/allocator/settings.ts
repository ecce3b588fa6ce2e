/** Settings of the allocator, from flags. Plain data, since they are part of the boot value that is recorded. */

import type { AllocatorOptions, AllocatorState } from './state';
import { emptyAllocator } from './state';

export interface AllocatorSettings {
  /** Minima: alternatives in milli-units by name, of which one must be met. */
  readonly minima: readonly Readonly<Record<string, number>>[];
  readonly filterGpus: boolean;
  /** Resource names that do not count for shares. */
  readonly excludedNames: readonly string[];
  readonly randomRoles: boolean;
  readonly randomFrameworks: boolean;
  /** The part of the registry's agents, from 0 to 1, that must be back after a failover before offers are made. */
  readonly recoveryFactor: number;
  /** The longest time that the allocator waits for them. */
  readonly recoveryTimeoutMs: number;
}

/** Creates an empty allocator. */
export function createAllocator(
  settings: AllocatorSettings | undefined,
  region: string | undefined,
): AllocatorState {
  const state = emptyAllocator();
  if (!settings) return { ...state, options: { ...state.options, region } };
  const { minima, filterGpus, randomRoles, randomFrameworks } = settings;
  const options: AllocatorOptions = {
    minima: minima.map((quantities) => new Map(Object.entries(quantities))),
    filterGpus,
    region,
    randomRoles,
    randomFrameworks,
  };
  state.roles.excluded = new Set(settings.excludedNames);
  return { ...state, options };
}
