/**
 * Errors in resources of a peer, in Mesos' words.
 *
 * Mesos 1.11 src/common/resources.cpp, Resources::validate, and src/master/validation.cpp, namespace
 * resource.
 */

import { idError } from './ids';
import { rangeNumberError } from './ranges';
import { isDynamicallyReserved, isReserved } from './reservations';
import type { Disk, Reservation, WireResource } from './resources';
import { printResources, type Resources, reservedRole } from './resources';
import { isStrictSubrole, roleError } from './roles';
import { isPersistentVolume, isRevocable } from './volumes';

/**
 * The first error in resources of a request, or undefined. They are given as read, too; their form is right
 * (formError).
 */
export function resourcesError(
  wire: readonly WireResource[] | undefined,
  resources: Resources,
): string | undefined {
  return (
    inside("Invalid 'gpus' resource", gpusError(wire)) ??
    inside('Invalid DiskInfo', diskInfosError(resources)) ??
    inside('Invalid ReservationInfo', revocableReservation(resources))
  );
}

/** Puts the subject in front of an error. */
export function inside(what: string, error: string | undefined): string | undefined {
  return error === undefined ? undefined : `${what}: ${error}`;
}

/** The error in the form of resources, or undefined. */
export function formError(wire: readonly WireResource[] | undefined): string | undefined {
  for (const resource of wire ?? []) {
    const error = shapeError(resource);
    if (error) return `Resource '${JSON.stringify(resource, plainNumbers)}' is invalid: ${error}`;
  }
  return undefined;
}

function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** The error in the form of one resource, or undefined. */
export function shapeError(resource: WireResource): string | undefined {
  return (
    (resource.name === '' ? 'Empty resource name' : undefined) ??
    valueError(resource) ??
    sourceError(resource) ??
    reservationError(resource) ??
    sharedError(resource)
  );
}

function valueError({ name, type, scalar, ranges, set }: WireResource): string | undefined {
  switch (type) {
    case 'SCALAR':
      if (!scalar || ranges || set) return 'Invalid scalar resource';
      return scalar.value !== 0 && !(Math.round(scalar.value * 1000) > 0)
        ? 'Invalid scalar resource: value <= 0'
        : undefined;
    case 'RANGES':
      return !ranges || scalar || set ? 'Invalid ranges resource' : rangesError(name, ranges.range ?? []);
    case 'SET': {
      if (!set || scalar || ranges) return 'Invalid set resource';
      const items = set.item ?? [];
      return new Set(items).size < items.length ? 'Invalid set resource: duplicated elements' : undefined;
    }
    default:
      return 'Unsupported resource type';
  }
}

function rangesError(
  name: string,
  ranges: readonly { readonly begin: number | bigint; readonly end: number | bigint }[],
): string | undefined {
  if (ranges.some(({ begin, end }) => begin > end)) return 'Invalid ranges resource: begin > end';
  const tooLarge = ranges.map(({ end }) => rangeNumberError(end)).find((error) => error !== undefined);
  if (tooLarge) return `Invalid ranges resource '${name}': ${tooLarge}`;
  const sorted = [...ranges].sort((a, b) => (a.begin < b.begin ? -1 : 1));
  const overlaps = sorted.some(({ begin }, index) => {
    const before = sorted[index - 1];
    return before !== undefined && begin <= before.end;
  });
  return overlaps ? 'Invalid ranges resource: overlapping ranges' : undefined;
}

function sourceError({ name, disk }: WireResource): string | undefined {
  if (!disk) return undefined;
  if (name !== 'disk') return `DiskInfo should not be set for ${name} resource`;
  const source: (Disk['source'] & { mount?: unknown; path?: unknown }) | undefined = disk.source;
  if (source?.type === 'UNKNOWN') return `Unsupported 'DiskInfo.Source.Type' in '${JSON.stringify(source)}'`;
  if (source?.type !== 'BLOCK' && source?.type !== 'RAW') return undefined;
  if (source.mount) return `Mount should not be set for ${source.type} disk source`;
  return source.path ? `Path should not be set for ${source.type} disk source` : undefined;
}

function reservationError(resource: WireResource): string | undefined {
  const stack = resource.reservations ?? [];
  return stack.length === 0 ? oldFormError(resource) : (stackError(stack) ?? mixedFormError(resource, stack));
}

function oldFormError({ role = '*', reservation }: WireResource): string | undefined {
  const wrong = roleError(role);
  if (wrong || !reservation) return wrong;
  for (const field of ['type', 'role'] as const) {
    const legacy: Reservation = reservation;
    if (legacy[field] !== undefined)
      return `'Resource.ReservationInfo.${field}' must not be set for the 'Resource.reservation' field`;
  }
  return role === '*' ? 'Invalid reservation: role "*" cannot be dynamically reserved' : undefined;
}

function stackError(stack: readonly Reservation[]): string | undefined {
  for (const { type, role } of stack) {
    if (type === undefined) return "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.";
    if (role === undefined) return "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.";
    const wrong = roleError(role);
    if (wrong) return wrong;
    if (role === '*') return 'Invalid reservation: role "*" cannot be reserved';
  }
  let ancestor = stack[0]?.role ?? '';
  for (const { type, role = '' } of stack.slice(1)) {
    if (type === 'STATIC') return 'Invalid refined reservation: A refined reservation cannot be STATIC';
    if (!isStrictSubrole(role, ancestor))
      return `Invalid refined reservation: role '${role}' is not a refinement of '${ancestor}'`;
    ancestor = role;
  }
  return undefined;
}

/**
 * The error in a resource that has a reservation in the new form and fields of the old one. Both are allowed
 * for a single reservation, when they agree.
 */
function mixedFormError(resource: WireResource, stack: readonly Reservation[]): string | undefined {
  const wrong = (text: string): string => `Invalid resource format: ${text}`;
  const { role, reservation } = resource;
  const [only] = stack;
  if (stack.length > 1) {
    const field = role !== undefined ? 'role' : reservation !== undefined ? 'reservation' : undefined;
    return field === undefined
      ? undefined
      : wrong(
          `'Resource.${field}' must not be set if there is more than one reservation in 'Resource.reservations'`,
        );
  }
  if (role !== undefined && role !== only?.role)
    return wrong(
      `'Resource.role' field with '${role}' does not match the role '${only?.role}' in 'Resource.reservations'`,
    );
  if (only?.type === 'UNKNOWN') return "Unsupported 'Resource.ReservationInfo.Type'";
  if (only?.type === 'STATIC')
    return reservation === undefined
      ? undefined
      : wrong(
          "'Resource.reservation' must not be set if the single reservation in 'Resource.reservations' is STATIC",
        );
  if ((role === undefined) !== (reservation === undefined))
    return wrong(
      "'Resource.role' and 'Resource.reservation' must either be both set or both not set if the single " +
        "reservation in 'Resource.reservations' is DYNAMIC",
    );
  if (reservation && (reservation.principal ?? '') !== (only?.principal ?? ''))
    return wrong(
      `'Resource.reservation.principal' field with '${reservation.principal ?? ''}' does not match the ` +
        `principal '${only?.principal ?? ''}' in 'Resource.reservations'`,
    );
  return undefined;
}

function sharedError({ name, shared, disk }: WireResource): string | undefined {
  if (!shared) return undefined;
  if (name !== 'disk') return `Resource ${name} cannot be shared`;
  return disk?.persistence ? undefined : 'Only persistent volumes can be shared';
}

/** The error in GPUs, which are whole. */
export function gpusError(wire: readonly WireResource[] | undefined): string | undefined {
  const broken = (wire ?? []).some(
    ({ name, scalar }) =>
      name === 'gpus' && !Number.isInteger(Math.round((scalar?.value ?? 0) * 1000) / 1000),
  );
  return broken ? "The 'gpus' resource must be an unsigned integer" : undefined;
}

/** The error in the disks among resources, or undefined. */
export function diskInfosError(resources: Resources): string | undefined {
  for (const resource of resources) {
    const { disk } = resource.meta;
    if (!disk) continue;
    if (!disk.persistence) {
      if (disk.volume) return 'Non-persistent volume not supported';
      if (!disk.source) return 'DiskInfo is set but empty';
      continue;
    }
    if (isRevocable(resource)) return 'Persistent volumes cannot be created from revocable resources';
    if (!isReserved(resource)) return 'Persistent volumes cannot be created from unreserved resources';
    if (!disk.volume) return "Expecting 'volume' to be set for persistent volume";
    if (disk.volume.host_path !== undefined) return "Expecting 'host_path' to be unset for persistent volume";
    const wrong = inside('Invalid persistence ID for persistent volume', idError(disk.persistence.id));
    if (wrong) return wrong;
  }
  return undefined;
}

function revocableReservation(resources: Resources): string | undefined {
  const wrong = resources.find((resource) => isDynamicallyReserved(resource) && isRevocable(resource));
  if (!wrong) return undefined;
  return `Dynamically reserved resource ${printResources([wrong])} cannot be created from revocable resources`;
}

/** The error in persistence ids, which are unique within a role on an agent. */
export function persistenceIdError(resources: Resources): string | undefined {
  const seen = new Set<string>();
  for (const resource of resources.filter(isPersistentVolume)) {
    const id = resource.meta.disk?.persistence?.id ?? '';
    const key = `${reservedRole(resource)} ${id}`;
    if (seen.has(key)) return `Persistence ID '${id}' is not unique`;
    seen.add(key);
  }
  return undefined;
}

/** The error of a name used both as revocable and as non-revocable. */
export function revocableMixError(resources: Resources): string | undefined {
  const kinds = new Map<string, boolean>();
  for (const resource of resources) {
    const before = kinds.get(resource.name);
    if (before !== undefined && before !== isRevocable(resource))
      return `Cannot use both revocable and non-revocable '${resource.name}' at the same time`;
    kinds.set(resource.name, isRevocable(resource));
  }
  return undefined;
}

/** The error of resources that are not all allocated to one role. */
export function singleRoleError(resources: Resources): string | undefined {
  let role: string | undefined;
  for (const { meta } of resources) {
    const allocatedRole = meta.allocation_info?.role;
    if (allocatedRole === undefined) return 'The resources are not allocated to a role';
    if (role !== undefined && allocatedRole !== role)
      return (
        `The resources have multiple allocation roles ('${allocatedRole}' and '${role}') but only one allocation role ` +
        'is allowed'
      );
    role = allocatedRole;
  }
  return undefined;
}
