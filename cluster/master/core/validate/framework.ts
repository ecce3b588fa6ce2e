/**
 * Errors in a FrameworkInfo, in Mesos' words and order (Mesos 1.11 src/master/validation.cpp, namespace framework).
 */

import type * as mesos from '../../../api/generated/mesos';
import { idError } from '../../../model/ids';
import { inside } from '../../../model/resource-errors';
import { roleError } from '../../../model/roles';
import type { MasterSettings } from '../state/events';
import { scalarError } from './scalar';

/** The first error in a FrameworkInfo, by itself or by the settings of this master; undefined without any. */
export function frameworkError(info: mesos.FrameworkInfo, settings: MasterSettings): string | undefined {
  return infoError(info) ?? unknownRoles(info, settings.roles) ?? rootError(info, settings);
}

/** The first error in a FrameworkInfo by itself, or undefined. */
export function infoError(info: mesos.FrameworkInfo): string | undefined {
  return (
    rolesError(info) ??
    (info.id?.value ? idError(info.id.value) : undefined) ??
    filtersError(info) ??
    failoverError(info.failover_timeout)
  );
}

/** The roles of a framework; `roles` counts only with the MULTI_ROLE capability. */
export function rolesOfInfo(info: mesos.FrameworkInfo): readonly string[] {
  return isMultiRole(info) ? (info.roles ?? []) : [info.role ?? '*'];
}

function isMultiRole(info: mesos.FrameworkInfo): boolean {
  return info.capabilities?.some(({ type }) => type === 'MULTI_ROLE') ?? false;
}

function rolesError(info: mesos.FrameworkInfo): string | undefined {
  if (isMultiRole(info) && info.role !== undefined) {
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  }
  if (!isMultiRole(info) && (info.roles?.length ?? 0) > 0) {
    return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
  }
  const roles = rolesOfInfo(info);
  const twice = roles.filter((role, index) => roles.indexOf(role) !== index);
  if (twice.length > 0) return `'FrameworkInfo.roles' contains duplicate items: ${printRoles(twice)}`;
  const wrong = roles.map(roleError).find((error) => error !== undefined);
  const what = isMultiRole(info)
    ? "'FrameworkInfo.roles' contains invalid role"
    : "'FrameworkInfo.role' is not a valid role";
  return inside(what, wrong);
}

/** Roles in an error text: `{ a, b }`, each once. */
export function printRoles(roles: readonly string[]): string {
  return `{ ${[...new Set(roles)].sort().join(', ')} }`;
}

function filtersError({ offer_filters }: mesos.FrameworkInfo): string | undefined {
  for (const { min_allocatable_resources: minimum } of Object.values(offer_filters ?? {})) {
    for (const { quantities } of minimum?.quantities ?? []) {
      const entries = Object.entries(quantities ?? {});
      if (entries.length === 0) return 'Resource quantities must contain at least one quantity';
      for (const [name, { value }] of entries) {
        const wrong = scalarError(value);
        if (wrong) return `Invalid resource quantity for '${name}': ${wrong}`;
      }
    }
  }
  return undefined;
}

/** The longest failover timeout: Mesos has durations as 64-bit nanoseconds. */
const FAILOVER_MAX_S = 2 ** 63 / 1e9;

function failoverError(seconds: number | undefined): string | undefined {
  if (seconds === undefined || Math.abs(seconds) <= FAILOVER_MAX_S) return undefined;
  return `The framework failover_timeout (${seconds}) is invalid`;
}

function unknownRoles(info: mesos.FrameworkInfo, allowed: readonly string[] | undefined): string | undefined {
  if (!allowed) return undefined;
  const unknown = rolesOfInfo(info).filter((role) => role !== '*' && !allowed.includes(role));
  return unknown.length > 0
    ? `Roles ${printRoles(unknown)} are not present in the master's --roles`
    : undefined;
}

function rootError(info: mesos.FrameworkInfo, settings: MasterSettings): string | undefined {
  if (settings.rootSubmissions || info.user !== 'root') return undefined;
  return "User 'root' is not allowed to run frameworks without --root_submissions set";
}

/**
 * The error in a change of a FrameworkInfo, in Mesos' words (validateUpdate), or undefined. UPDATE_FRAMEWORK must not
 * change user and checkpointing, while a new SUBSCRIBE keeps the former ones silently (keepFixed).
 */
export function changeError(before: mesos.FrameworkInfo, after: mesos.FrameworkInfo): string | undefined {
  if (before.principal !== after.principal) return "Changing framework's principal is not allowed.";
  for (const name of ['user', 'checkpoint'] as const) {
    const from = before[name] ?? false;
    const to = after[name] ?? false;
    if (from !== to)
      return `Updating 'FrameworkInfo.${name}' is unsupported; attempted to update from '${from}' to '${to}'`;
  }
  return undefined;
}

/** The new FrameworkInfo with the immutable members of the former one (preserveImmutableFields). */
export function keepFixed(before: mesos.FrameworkInfo, after: mesos.FrameworkInfo): mesos.FrameworkInfo {
  return { ...after, user: before.user, checkpoint: before.checkpoint };
}
