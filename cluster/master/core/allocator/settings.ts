/** Settings of the allocator, from flags. Plain data: it is part of a master's boot value. */

import type { AllocatorOptions, AllocatorState } from './state';
import { emptyAllocator } from './state';

export interface AllocatorSettings {
  /** Alternatives, each with thousandths by name; one of them must be met. */
  readonly minima: readonly Readonly<Record<string, number>>[];
  readonly filterGpus: boolean;
  /** Names that do not count for shares. */
  readonly excludedNames: readonly string[];
  readonly randomRoles: boolean;
  readonly randomFrameworks: boolean;
  /**
   * The part of the registry's agents, from 0 to 1, that must be back before quotas are served after a
   * failover.
   */
  readonly recoveryFactor: number;
  /** Time that the allocator waits for them. */
  readonly recoveryTimeoutMs: number;
}

/** An empty allocator by its settings, in the master's region. */
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
