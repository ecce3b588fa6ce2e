/**
 * Roles and quotas as operators read them.
 */

import type { QuotaConfig, QuotaStatus } from '../../api/generated/quota';
import type { Quantities } from '../../model/quantities';
import { readScalars } from '../core/allocator/facts';
import { infoOf, printQuotaConfig } from '../core/registry/quota-config';
import { type Breakdown, breakdowns, EMPTY_BREAKDOWN } from '../core/roles/breakdown';
import { frameworksIn, knownRoles } from '../core/roles/known-roles';
import type { FilteredState } from './read-filter';

export interface RoleSummary extends Breakdown {
  readonly name: string;
  readonly weight: number;
  readonly guarantee: Quantities;
  readonly limit: Quantities;
  readonly frameworks: readonly string[];
}

export function roleSummaries(state: FilteredState): RoleSummary[] {
  const parts = breakdowns(state);
  return knownRoles(state).map((name) => {
    const config: QuotaConfig | undefined = state.registry.quotas.get(name);
    return {
      name,
      weight: state.registry.weights.get(name) ?? 1,
      guarantee: readScalars(config?.guarantees),
      limit: readScalars(config?.limits),
      frameworks: frameworksIn(state, name),
      ...(parts.get(name) ?? EMPTY_BREAKDOWN),
    };
  });
}

export function getQuota(state: FilteredState, isSeen: (role: string) => boolean): QuotaStatus {
  const configs = [...state.registry.quotas.values()].filter(({ role }) => isSeen(role));
  return { infos: configs.map(infoOf), configs: configs.map(printQuotaConfig) };
}
