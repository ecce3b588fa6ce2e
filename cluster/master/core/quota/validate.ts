/** Errors in a quota, in Mesos' words (Mesos 1.11 src/master/quota.cpp, src/master/quota_handler.cpp). */

import type * as mesos from '../../../api/generated/mesos';
import type { QuotaConfig, QuotaRequest } from '../../../api/generated/quota';
import { addQuantities, addScalars, containsQuantities, type Quantities } from '../../../model/quantities';
import { formError } from '../../../model/resource-errors';
import { roleError } from '../../../model/roles';
import { isRevocable } from '../../../model/volumes';
import { printQuantities, quotaOf } from '../registry/quota-config';
import { consumedQuota } from '../roles/breakdown';
import type { MasterState } from '../state/state';
import { scalarError } from '../validate/scalar';

/**
 * The largest quantities. Above about 9 zettabytes the original's fixed-point numbers overflow, so it limits them to
 * these.
 */
const EXABYTE_MB = 2 ** 40;
const TRILLION = 1e12;

/**
 * The error in updated quotas, or undefined. With `force` guarantees may exceed the cluster, and limits may be below
 * what the role consumes.
 */
export function updateError(
  state: MasterState,
  configs: readonly QuotaConfig[],
  force: boolean,
): string | undefined {
  for (const config of configs) {
    const error = configRefusal(state, config);
    if (error) return error;
  }
  if (force) return undefined;
  for (const config of configs) {
    const error = belowConsumedError(state, config);
    if (error) return `Invalid QuotaConfig: ${error} (use 'force' flag to bypass this check)`;
  }
  const error = overcommit(state, configs);
  if (!error) return undefined;
  const text = `total quota guarantees '${error.guaranteed}' exceed cluster capacity '${error.capacity}'`;
  return `Invalid QuotaConfig: ${text} (use 'force' flag to bypass this check)`;
}

function configRefusal(state: MasterState, config: QuotaConfig): string | undefined {
  const { role } = config;
  if (!isKnownRole(state, role)) return `Invalid QuotaConfig: '${role}' is not on the roles whitelist`;
  if (role.includes('/')) return `Updating quota on nested role '${role}' is not supported yet`;
  const wrong = configError(config);
  return wrong && `Invalid QuotaConfig: ${wrong}`;
}

export function isKnownRole({ boot }: MasterState, role: string): boolean {
  return role === '*' || boot.settings.roles === undefined || boot.settings.roles.includes(role);
}

function configError(config: QuotaConfig): string | undefined {
  const wrong = roleError(config.role);
  if (wrong) return `Invalid 'QuotaConfig.role': ${wrong}`;
  const tooLarge = sizeError('guarantees', config.guarantees) ?? sizeError('limits', config.limits);
  if (tooLarge) return tooLarge;
  const odd = scalarsError('guarantee', config.guarantees) ?? scalarsError('limit', config.limits);
  if (odd) return odd;
  const { guarantees, limits } = quotaOf(config);
  for (const [name, milli] of guarantees) {
    if (milli <= (limits.get(name) ?? Number.POSITIVE_INFINITY)) continue;
    const low = printScalars(config.guarantees);
    const high = printScalars(config.limits);
    return `'QuotaConfig.guarantees' ${low} is not contained within the 'QuotaConfig.limits' ${high}`;
  }
  return undefined;
}

type Scalars = Readonly<Record<string, mesos.Value.Scalar>> | undefined;

function printScalars(scalars: Scalars): string {
  const parts = Object.entries(scalars ?? {}).map(([name, { value }]) => `${name}: ${value}`);
  return parts.length === 0 ? '{}' : `{ ${parts.sort().join(', ')} }`;
}

function sizeError(field: string, scalars: Scalars): string | undefined {
  for (const [name, { value }] of Object.entries(scalars ?? {})) {
    const isSize = name === 'mem' || name === 'disk';
    const most = isSize ? EXABYTE_MB : TRILLION;
    if (!(value > most)) continue;
    const what = `values greater than 1 ${isSize ? 'exabyte' : 'trillion'} (${most}) are not supported`;
    return `Invalid 'QuotaConfig.${field}': {'${name}': ${value}} is invalid: ${what}`;
  }
  return undefined;
}

function scalarsError(what: string, scalars: Scalars): string | undefined {
  for (const [name, { value }] of Object.entries(scalars ?? {})) {
    const wrong = scalarError(value);
    if (wrong) return `Invalid ${what} configuration {'${name}': ${value}}: ${wrong}`;
  }
  return undefined;
}

function belowConsumedError(state: MasterState, config: QuotaConfig): string | undefined {
  const { limits } = quotaOf(config);
  const consumed = consumedQuota(state, config.role);
  for (const [name, milli] of consumed) {
    if (milli <= (limits.get(name) ?? Number.POSITIVE_INFINITY)) continue;
    const used = printQuantities(consumed);
    const limited = printQuantities(limits);
    return `Role '${config.role}' is already consuming '${used}'; this is more than the requested limits '${limited}'`;
  }
  return undefined;
}

/**
 * The sums of guarantees and of capacity when guarantees exceed it; undefined otherwise. Capacity is that of all
 * registered agents without revocable resources, disconnected ones included: that is usually a passing state.
 */
export function overcommit(
  state: MasterState,
  configs: readonly QuotaConfig[],
): { readonly guaranteed: string; readonly capacity: string } | undefined {
  const quotas = new Map(state.registry.quotas);
  for (const config of configs) quotas.set(config.role, config);
  const guaranteed = new Map<string, number>();
  for (const config of quotas.values()) addQuantities(guaranteed, quotaOf(config).guarantees);
  const capacity = capacityOf(state);
  if (containsQuantities(capacity, guaranteed)) return undefined;
  return { guaranteed: printQuantities(guaranteed), capacity: printQuantities(capacity) };
}

function capacityOf(state: MasterState): Quantities {
  const capacity = new Map<string, number>();
  for (const { total } of state.agents.values())
    addScalars(
      capacity,
      total.filter((resource) => !isRevocable(resource)),
      1,
    );
  return capacity;
}

/** The error in a SET_QUOTA, or undefined. */
export function requestError(state: MasterState, request: QuotaRequest): string | undefined {
  const { role } = request;
  const wrong = infoError(request);
  if (wrong) return `Failed to validate set quota request: ${wrong}`;
  if (role === undefined || !isKnownRole(state, role))
    return `Failed to validate set quota request: Unknown role '${role}'`;
  if (state.registry.ahead.quotas.has(role)) {
    const what = `Cannot set quota for role '${role}' which already has quota`;
    return `Failed to validate set quota request: ${what}`;
  }
  return role.includes('/') ? `Setting quota on nested role '${role}' is not supported yet` : undefined;
}

function infoError({ role, guarantee = [] }: QuotaRequest): string | undefined {
  const odd = formError(guarantee);
  if (odd) return `QuotaInfo with invalid resource: ${odd}`;
  if (role === undefined) return 'QuotaInfo must specify a role';
  const wrong = roleError(role);
  if (wrong) return `QuotaInfo with invalid role: ${wrong}`;
  if (guarantee.length === 0) return "QuotaInfo with empty 'guarantee'";
  const names = new Set<string>();
  for (const resource of guarantee) {
    const error = guaranteeError(resource);
    if (error) return error;
    if (names.has(resource.name)) return `QuotaInfo contains duplicate resource name '${resource.name}'`;
    names.add(resource.name);
  }
  return undefined;
}

function guaranteeError(resource: mesos.Resource): string | undefined {
  const isReserved = (resource.reservations?.length ?? 0) > 0 || (resource.role ?? '*') !== '*';
  if (isReserved || resource.reservation) return 'QuotaInfo must not contain any ReservationInfo';
  if (resource.disk) return 'QuotaInfo must not contain DiskInfo';
  if (resource.revocable) return 'QuotaInfo must not contain RevocableInfo';
  return resource.type === 'SCALAR' ? undefined : 'QuotaInfo must not include non-scalar resources';
}

/** The error when a role's quota cannot be removed, or undefined. `where` names the request in the text. */
export function removeError(state: MasterState, role: string, where = ''): string | undefined {
  if (!isKnownRole(state, role))
    return `Failed to validate remove quota request${where}: Unknown role '${role}'`;
  if (!state.registry.ahead.quotas.has(role))
    return `Failed to remove quota${where}: Role '${role}' has no quota set`;
  return undefined;
}
