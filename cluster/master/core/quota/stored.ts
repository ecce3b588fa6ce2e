/**
 * Continuation of stored quotas: the allocator gets them, and offers are rescinded, so that limits hold and guarantees
 * can be met (Mesos 1.11 src/master/quota_handler.cpp).
 *
 * Out: event(RESCIND), wake
 */

import type { QuotaConfig } from '../../../api/generated/quota';
import { setQuota } from '../allocator/weights-and-quotas';
import { allocateSoon } from '../offers/schedule';
import { isDefault, quotaOf } from '../registry/quota-config';
import type { MasterState } from '../state/state';
import type { Turn } from '../state/turn';
import { rescindAfterSetQuota, rescindAfterUpdateQuota } from './rescind-for-quota';

interface QuotaUpdate {
  readonly configs: readonly QuotaConfig[];
  /** True for SET_QUOTA and REMOVE_QUOTA, which rescind offers by their own rules. */
  readonly isLegacy: boolean;
}

/** Continues after quotas are stored: sets them in the allocator, and rescinds offers. */
export function quotasStored(turn: Turn, { configs, isLegacy }: QuotaUpdate): void {
  const { state } = turn;
  for (const config of configs)
    setQuota(state.allocator, config.role, isDefault(config) ? undefined : quotaOf(config));
  for (const config of configs) {
    if (isLegacy) {
      if (!isDefault(config)) rescindAfterSetQuota(turn, config);
    } else rescindAfterUpdateQuota(turn, config);
  }
  allocateSoon(turn);
}

/** Sets the quotas of the recovered registry in the allocator. */
export function loadQuotas(state: MasterState): void {
  for (const config of state.registry.quotas.values())
    setQuota(state.allocator, config.role, quotaOf(config));
}
