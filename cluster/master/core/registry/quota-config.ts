/**
 * Conversions of quotas between the wire, the registry and the allocator (Mesos 1.11 src/master/quota.cpp).
 */

import type { QuotaConfig, QuotaInfo, QuotaRequest } from '../../../api/generated/quota';
import type { Quantities } from '../../../model/quantities';
import { readScalars } from '../allocator/facts';
import type { Quota } from '../allocator/quota-use';

export function quotaOf({ guarantees, limits }: QuotaConfig): Quota {
  return { guarantees: withoutZero(readScalars(guarantees)), limits: readScalars(limits) };
}

/** True for a quota without guarantees and limits: the same as no quota. */
export function isDefault(config: QuotaConfig): boolean {
  const { guarantees, limits } = quotaOf(config);
  return guarantees.size === 0 && limits.size === 0;
}

/** The quota of an older request, whose guarantee is its limit, too. */
export function configOf({ role = '*', guarantee = [] }: QuotaRequest | QuotaInfo): QuotaConfig {
  const scalars = Object.fromEntries(
    guarantee.map(({ name, scalar }) => [name, { value: scalar?.value ?? 0 }]),
  );
  return { role, guarantees: scalars, limits: scalars };
}

export function infoOf({ role, guarantees }: QuotaConfig): QuotaInfo {
  const guarantee = [...withoutZero(readScalars(guarantees))].map(([name, milli]) => ({
    name,
    type: 'SCALAR' as const,
    scalar: { value: milli / 1000 },
  }));
  return { role, guarantee };
}

/** Omits guarantees of zero; a limit of zero is shown. */
export function printQuotaConfig(config: QuotaConfig): QuotaConfig {
  const guarantees = Object.fromEntries(
    Object.entries(config.guarantees ?? {}).filter(([, { value }]) => value > 0),
  );
  return { ...config, guarantees };
}

function withoutZero(quantities: Quantities): Quantities {
  return new Map([...quantities].filter(([, milli]) => milli > 0));
}

/** `cpus:2; mem:1024`, as Mesos prints quantities. */
export function printQuantities(quantities: Quantities): string {
  const shown = [...quantities].filter(([, milli]) => milli !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return shown.length === 0 ? '{}' : shown.map(([name, milli]) => `${name}:${milli / 1000}`).join('; ');
}
