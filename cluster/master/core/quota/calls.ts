/**
 * Operators' calls about quotas. They are answered once the change is stored; then offers are rescinded, so that limits
 * hold and guarantees can be met (Mesos 1.11 src/master/quota_handler.cpp).
 *
 * In: UPDATE_QUOTA, SET_QUOTA, REMOVE_QUOTA      Out: answer, store, event(RESCIND), wake
 */

import type { QuotaConfig } from '../../../api/generated/quota';
import type { Millis } from '../../../model/time';
import { setQuota } from '../allocator/weights-and-quotas';
import { allocateSoon } from '../offers/schedule';
import { change } from '../registrar/registrar';
import { configOf, isDefault, quotaOf } from '../registry/quota-config';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';
import { enforceQuota, rescindForQuota } from './rescind-for-quota';
import { isKnownRole, overcommit, requestError, updateError } from './validate';

type CallEvent = EventOf<'operator.call'>;

function refuse(request: number, status: number, text: string): MasterEffect[] {
  return [{ kind: 'answer', request, status, text }];
}

/** The error in a quota to be set, updated or removed; undefined when there is none. */
export function quotaError(state: MasterState, { call }: CallEvent): string | undefined {
  const { update_quota: update, set_quota: set, remove_quota: removed } = call;
  if (update) return updateError(state, update.quota_configs ?? [], update.force ?? false);
  if (set) return requestError(state, set.quota_request);
  return removed && removeError(state, removed.role);
}

export function updateQuota(state: MasterState, { request, call }: CallEvent): MasterEffect[] {
  return store(state, { request, configs: call.update_quota?.quota_configs ?? [], isLegacy: false });
}

/** SET_QUOTA, the older call: for roles without a quota. */
export function setOldQuota(state: MasterState, { request, call }: CallEvent): MasterEffect[] {
  if (!call.set_quota) return [];
  const { quota_request: quotaRequest } = call.set_quota;
  const config = configOf(quotaRequest);
  const tooMuch = quotaRequest.force ? undefined : overcommit(state, [config]);
  if (tooMuch) {
    const text =
      "Quota guarantees overcommit the cluster (use 'force' to bypass this check): " +
      `Total quota guarantees '${tooMuch.guaranteed}' exceed cluster capacity '${tooMuch.capacity}'`;
    return refuse(request, 409, text);
  }
  return store(state, { request, configs: [config], isLegacy: true });
}

export function removeQuota(state: MasterState, { request, call }: CallEvent): MasterEffect[] {
  const role = call.remove_quota?.role ?? '';
  return store(state, { request, configs: [{ role }], isLegacy: true });
}

/** The error when a role's quota cannot be removed, or undefined. `where` names the request in the text. */
export function removeError(state: MasterState, role: string, where = ''): string | undefined {
  if (!isKnownRole(state, role))
    return `Failed to validate remove quota request${where}: Unknown role '${role}'`;
  if (!state.registry.ahead.quotas.has(role))
    return `Failed to remove quota${where}: Role '${role}' has no quota set`;
  return undefined;
}

interface QuotaUpdate {
  readonly request: number;
  readonly configs: readonly QuotaConfig[];
  readonly isLegacy: boolean;
}

function store(state: MasterState, { request, configs, isLegacy }: QuotaUpdate): MasterEffect[] {
  const next = { kind: 'quota', request, configs, isLegacy } as const;
  return change(state, { change: { kind: 'quota', configs }, next });
}

/** Continues after quotas are stored: sets them in the allocator, and rescinds offers. */
export function quotaStored(
  state: MasterState,
  { configs, isLegacy }: QuotaUpdate,
  now: Millis,
): MasterEffect[] {
  for (const config of configs)
    setQuota(state.allocator, config.role, isDefault(config) ? undefined : quotaOf(config));
  const effects = configs.flatMap((config) =>
    isLegacy ? (isDefault(config) ? [] : rescindForQuota(state, config)) : enforceQuota(state, config),
  );
  return [...effects, ...allocateSoon(state, now)];
}

/** Sets the quotas of the recovered registry in the allocator. */
export function loadQuotas(state: MasterState): void {
  for (const config of state.registry.quotas.values())
    setQuota(state.allocator, config.role, quotaOf(config));
}
