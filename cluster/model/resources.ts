/**
 * Resources and their arithmetic: add, subtract, contain, compare.
 *
 * Always true: scalars are whole milli-units (Mesos keeps three decimals), ranges and sets are normal,
 * resources that combine are combined, no resource is empty, resources are in order. So equality is exact and
 * adding undoes subtracting. Rules of combining: Mesos 1.11 src/common/resources.cpp.
 */

import { addRanges, containsRanges, normalRanges, printRanges, type Ranges, subtractRanges } from './ranges';

/** The shape of a resource on the wire (mesos.v1.Resource). */
export interface WireResource extends ResourceMeta {
  readonly name: string;
  readonly type: 'SCALAR' | 'RANGES' | 'SET' | 'TEXT';
  readonly scalar?: { readonly value: number } | undefined;
  readonly ranges?:
    | {
        readonly range?:
          | readonly { readonly begin: number | bigint; readonly end: number | bigint }[]
          | undefined;
      }
    | undefined;
  readonly set?: { readonly item?: readonly string[] | undefined } | undefined;
  readonly role?: string | undefined;
  readonly reservation?: { readonly principal?: string | undefined; readonly labels?: Labels } | undefined;
}

/** One level of a reservation; a stack of them narrows from a role to its descendants. */
export interface Reservation {
  readonly type?: 'UNKNOWN' | 'STATIC' | 'DYNAMIC' | undefined;
  readonly role?: string | undefined;
  readonly principal?: string | undefined;
  readonly labels?: Labels;
}

type Labels =
  | { readonly labels?: readonly { readonly key: string; readonly value?: string | undefined }[] | undefined }
  | undefined;

/** The DiskInfo of a resource: the source of the disk, and the persistent volume on it. */
export interface Disk {
  readonly persistence?: { readonly id: string; readonly principal?: string | undefined } | undefined;
  readonly volume?:
    | {
        readonly container_path: string;
        readonly host_path?: string | undefined;
        readonly mode: 'RW' | 'RO';
      }
    | undefined;
  readonly source?:
    | {
        readonly type: 'UNKNOWN' | 'PATH' | 'MOUNT' | 'BLOCK' | 'RAW';
        readonly id?: string | undefined;
      }
    | undefined;
}

/** The metadata of a resource besides its quantity, as on the wire. */
export interface ResourceMeta {
  readonly reservations?: readonly Reservation[] | undefined;
  readonly allocation_info?: { readonly role?: string | undefined } | undefined;
  readonly disk?: Disk | undefined;
  readonly revocable?: object | undefined;
  readonly shared?: object | undefined;
  readonly provider_id?: { readonly value: string } | undefined;
}

export type Amount =
  | { readonly type: 'SCALAR'; readonly milli: number }
  | { readonly type: 'RANGES'; readonly ranges: Ranges }
  | { readonly type: 'SET'; readonly items: readonly string[] };

export interface Resource {
  readonly name: string;
  readonly amount: Amount;
  readonly meta: ResourceMeta;
  /** Equal for resources that combine. */
  readonly identity: string;
  /** Allocated whole or not at all: persistent volumes, and disks that are mounts or devices of their own. */
  readonly exclusive: boolean;
  /** Number of holders of a shared resource; 0 for one that is not shared. */
  readonly shares: number;
}

export type Resources = readonly Resource[];

export const NO_RESOURCES: Resources = [];

/**
 * Reads wire resources, also in the older form with `role`; empty ones are left out. Those without an allocation are
 * allocated to the role, if there is one.
 */
export function readResources(wire: readonly WireResource[] | undefined, role?: string): Resources {
  if (!wire) return NO_RESOURCES;
  const allocation = role === undefined ? undefined : { role };
  return combine(wire.map((resource) => readResource(resource, allocation)));
}

/** The wire resources, those without an allocation allocated to the role. */
export function withAllocation<T extends WireResource>(
  wire: readonly T[] | undefined,
  role: string,
): readonly T[] | undefined {
  return wire?.map((resource) =>
    resource.allocation_info ? resource : { ...resource, allocation_info: { role } },
  );
}

/** Writes resources with `reservations`, for our own processes and newer frameworks. */
export function writeResources(resources: Resources): WireResource[] {
  return resources.flatMap(({ name, amount, meta, shares }) => {
    const wire: WireResource = { name, ...writeAmount(amount), ...meta };
    return shares > 1 ? Array.from({ length: shares }, () => wire) : [wire];
  });
}

/** Writes resources with `role` and `reservation`, for frameworks without RESERVATION_REFINEMENT and for endpoints. */
export function writeLegacyResources(resources: Resources): WireResource[] {
  return writeResources(resources).map((wire) => {
    const { reservations, ...others } = wire;
    const [only] = reservations ?? [];
    if (!only) return { ...others, role: '*' };
    const { type, role, ...reservation } = only;
    return { ...others, role: role ?? '*', ...(type === 'DYNAMIC' && { reservation }) };
  });
}

/** The sum of left and right. */
export function addResources(left: Resources, right: Resources): Resources {
  return combine([...left, ...right]);
}

/**
 * Left without right. Resources that left does not have are not subtracted: check with containsResources
 * first.
 */
export function subtractResources(left: Resources, right: Resources): Resources {
  if (right.length === 0) return left;
  const rest = [...left];
  for (const resource of right) subtractResource(rest, resource);
  return rest;
}

function subtractResource(rest: Resource[], resource: Resource): void {
  const index = rest.findIndex((candidate) => isSame(candidate, resource));
  const from = rest[index];
  if (!from) return;
  const left = reduce(from, resource);
  if (left) rest[index] = left;
  else rest.splice(index, 1);
}

/**
 * True when the resource can be subtracted from the candidate: they have one identity, and one amount if the
 * resource is exclusive or shared.
 */
function isSame(candidate: Resource, resource: Resource): boolean {
  if (candidate.identity !== resource.identity) return false;
  return (!resource.exclusive && resource.shares === 0) || equalAmount(candidate.amount, resource.amount);
}

function reduce(from: Resource, resource: Resource): Resource | undefined {
  if (resource.shares > 0)
    return from.shares > resource.shares ? { ...from, shares: from.shares - resource.shares } : undefined;
  if (resource.exclusive) return undefined;
  const amount = subtractAmount(from.amount, resource.amount);
  return isEmptyAmount(amount) ? undefined : { ...from, amount };
}

/** True when each resource of inner is in outer, in at least that quantity. */
export function containsResources(outer: Resources, inner: Resources): boolean {
  if (!inner.some(({ exclusive }) => exclusive))
    return inner.every((resource) => hasResource(outer, resource));
  const rest = [...outer];
  return inner.every((resource) => {
    if (!hasResource(rest, resource)) return false;
    if (resource.exclusive) subtractResource(rest, resource);
    return true;
  });
}

function hasResource(outer: Resources, resource: Resource): boolean {
  const other = outer.find((candidate) => isSame(candidate, resource));
  return (
    other !== undefined && other.shares >= resource.shares && containsAmount(other.amount, resource.amount)
  );
}

export function equalResources(left: Resources, right: Resources): boolean {
  return containsResources(left, right) && containsResources(right, left);
}

/** The sum of a scalar over all resources, in milli-units. */
export function milliOf(resources: Resources, name: string): number {
  return resources.reduce(
    (sum, resource) =>
      sum + (resource.name === name && resource.amount.type === 'SCALAR' ? resource.amount.milli : 0),
    0,
  );
}

/** The sum of a scalar over all resources, such as 0.5 cpus or 128 MB. */
export function scalarOf(resources: Resources, name: string): number {
  return milliOf(resources, name) / 1000;
}

/** All numbers of a ranges resource, such as `ports`. */
export function rangesOf(resources: Resources, name: string): Ranges {
  return resources.reduce<Ranges>(
    (all, resource) =>
      resource.name === name && resource.amount.type === 'RANGES'
        ? addRanges(all, resource.amount.ranges)
        : all,
    [],
  );
}

/** The same resources, allocated to a role. */
export function allocateTo(resources: Resources, role: string): Resources {
  return combine(
    resources.map((resource) => withMeta(resource, { ...resource.meta, allocation_info: { role } })),
  );
}

/** The same resources without an allocation. */
export function unallocated(resources: Resources): Resources {
  return combine(
    resources.map((resource) => {
      const { allocation_info: _gone, ...rest } = resource.meta;
      return withMeta(resource, rest);
    }),
  );
}

/** The role a resource is reserved for; `*` when unreserved. */
export function reservedRole(resource: Resource): string {
  return resource.meta.reservations?.at(-1)?.role ?? '*';
}

/** Prints `cpus:2; mem:1024; ports:[31000-31010]`, with the role of reserved resources in brackets. */
export function printResources(resources: Resources): string {
  const parts = resources.map((resource) => {
    const role = reservedRole(resource);
    return `${resource.name}${role === '*' ? '' : `(${role})`}${printMarks(resource)}:${printAmount(resource.amount)}`;
  });
  return parts.join('; ');
}

/**
 * Prints `[id:path]` for a persistent volume, `[MOUNT]` for another source, `{REV}` and `<SHARED>` as in
 * Mesos.
 */
function printMarks({ meta: { disk, revocable, shared }, shares }: Resource): string {
  const parts = [
    disk?.source?.type,
    disk?.persistence && `${disk.persistence.id}:${disk.volume?.container_path ?? ''}`,
  ].filter((part) => part !== undefined);
  const many = shares > 1 ? `<SHARED x${shares}>` : '<SHARED>';
  return `${parts.length > 0 ? `[${parts.join(',')}]` : ''}${revocable ? '{REV}' : ''}${shared ? many : ''}`;
}

export function printAmount(amount: Amount): string {
  switch (amount.type) {
    case 'SCALAR':
      return String(amount.milli / 1000);
    case 'RANGES':
      return printRanges(amount.ranges);
    case 'SET':
      return `{${amount.items.join(', ')}}`;
  }
}

/** A resource from its parts. */
export function resourceOf(name: string, amount: Amount, meta: ResourceMeta = {}): Resource {
  return withMeta({ name, amount, meta, identity: '', exclusive: false, shares: meta.shared ? 1 : 0 }, meta);
}

/** Puts resources into the normal form. */
export function combine(resources: readonly Resource[]): Resources {
  if (isNormal(resources)) return resources;
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const group = groups.get(resource.identity);
    if (group) group.push(resource);
    else groups.set(resource.identity, [resource]);
  }
  const combined: Resource[] = [];
  for (const group of groups.values()) {
    for (const resource of merge(group)) if (!isEmptyAmount(resource.amount)) combined.push(resource);
  }
  return combined.sort((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0));
}

/**
 * True for resources in normal form, as most are: one resource of each identity, in their order, none
 * empty.
 */
function isNormal(resources: readonly Resource[]): boolean {
  let before = '';
  for (const { identity, amount } of resources) {
    if (identity <= before || isEmptyAmount(amount)) return false;
    before = identity;
  }
  return true;
}

/** Combines resources of one identity. Exclusive ones stay apart; the holders of shared ones are counted. */
function merge(group: readonly Resource[]): readonly Resource[] {
  const [first] = group;
  if (!first || group.length === 1 || first.exclusive) return group;
  if (first.shares > 0) return [{ ...first, shares: group.reduce((sum, { shares }) => sum + shares, 0) }];
  return [{ ...first, amount: sumOf(first.amount, group) }];
}

/** The sum of amounts of one kind, made in one pass. */
function sumOf(kind: Amount, group: readonly Resource[]): Amount {
  switch (kind.type) {
    case 'SCALAR': {
      let milli = 0;
      for (const { amount } of group) if (amount.type === 'SCALAR') milli += amount.milli;
      return { type: 'SCALAR', milli };
    }
    case 'RANGES': {
      const all = group.flatMap(({ amount }) => (amount.type === 'RANGES' ? amount.ranges : []));
      return { type: 'RANGES', ranges: normalRanges(all) };
    }
    case 'SET': {
      const all = group.flatMap(({ amount }) => (amount.type === 'SET' ? amount.items : []));
      return { type: 'SET', items: [...new Set(all)].sort() };
    }
  }
}

type Allocation = WireResource['allocation_info'];

function readResource(wire: WireResource, allocation: Allocation): Resource {
  return resourceOf(wire.name, readAmount(wire), metaOf(wire, allocation));
}

/** The metadata of a wire resource, with the members that it has, and the allocation if it has none. */
function metaOf(wire: WireResource, allocation: Allocation): ResourceMeta {
  const { allocation_info = allocation, disk, provider_id, revocable, shared } = wire;
  const reservations = readReservations(wire);
  return {
    ...(allocation_info && { allocation_info }),
    ...(disk && { disk }),
    ...(provider_id && { provider_id }),
    ...(reservations && { reservations }),
    ...(revocable && { revocable }),
    ...(shared && { shared }),
  };
}

/** The stack of reservations, from either form of the wire. */
function readReservations(wire: WireResource): readonly Reservation[] | undefined {
  const { role, reservation, reservations } = wire;
  if (reservations && reservations.length > 0) return reservations;
  if (role === undefined || role === '*') return undefined;
  return [{ type: reservation ? 'DYNAMIC' : 'STATIC', role, ...reservation }];
}

function readAmount(wire: WireResource): Amount {
  switch (wire.type) {
    case 'RANGES': {
      const range = wire.ranges?.range ?? [];
      return {
        type: 'RANGES',
        ranges: addRanges(
          [],
          range.map(({ begin, end }) => [Number(begin), Number(end)]),
        ),
      };
    }
    case 'SET':
      return { type: 'SET', items: [...new Set(wire.set?.item ?? [])].sort() };
    default:
      return { type: 'SCALAR', milli: Math.round((wire.scalar?.value ?? 0) * 1000) };
  }
}

function writeAmount(amount: Amount): Pick<WireResource, 'type' | 'scalar' | 'ranges' | 'set'> {
  switch (amount.type) {
    case 'SCALAR':
      return { type: 'SCALAR', scalar: { value: amount.milli / 1000 } };
    case 'RANGES':
      return { type: 'RANGES', ranges: { range: amount.ranges.map(([begin, end]) => ({ begin, end })) } };
    case 'SET':
      return { type: 'SET', set: { item: amount.items } };
  }
}

/** The same quantity with other metadata. */
export function withMeta({ name, amount, shares }: Resource, meta: ResourceMeta): Resource {
  const { shared, disk } = meta;
  return {
    name,
    amount,
    meta,
    identity: `${name} ${amount.type} ${identityOfMeta(meta)}`,
    exclusive: disk !== undefined && shared === undefined && isExclusiveDisk(disk),
    shares: shared ? Math.max(1, shares) : 0,
  };
}

/** The same metadata with another quantity. */
export function withAmount(resource: Resource, amount: Amount): Resource {
  return { ...resource, amount };
}

function isExclusiveDisk({ persistence, source }: Disk): boolean {
  if (persistence) return true;
  const type = source?.type;
  return type === 'MOUNT' || type === 'BLOCK' || (type === 'RAW' && source?.id !== undefined);
}

/** The identity of metadata, quickly for most resources, which have an allocation at most. */
function identityOfMeta(all: ResourceMeta): string {
  const { allocation_info: allocation, disk, provider_id, reservations, revocable, shared } = all;
  const role = allocation?.role ?? '';
  if (!disk && !provider_id && !reservations && !revocable && !shared) return `~${role}`;
  const { allocation_info: _allocation, ...rest } = all;
  // Reserved and other special resources come before plain ones.
  return `${identityOf(disk ? { ...rest, disk: sameDisk(disk) } : rest)} ${role}`;
}

/**
 * The parts of a disk that count for its identity. Each task mounts it where it likes, and the id of a volume
 * tells who made it (operator== of DiskInfo).
 */
function sameDisk({ persistence, source }: Disk): object {
  return { persistence: persistence && { id: persistence.id }, source };
}

/** JSON with sorted keys and labels in order, so that equal values are equal texts. */
function identityOf(value: unknown): string {
  if (value === null || typeof value !== 'object')
    return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(identityOf).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort()
    .map(([key, member]) => `${key}:${key === 'labels' ? labelsIdentity(member) : identityOf(member)}`)
    .join(',')}}`;
}

/** The identity of labels: their order does not count, and no value is an empty one. */
function labelsIdentity(labels: unknown): string {
  if (!Array.isArray(labels)) return identityOf(labels);
  const all = labels.map((label: { readonly value?: string }) =>
    identityOf({ ...label, value: label.value ?? '' }),
  );
  return `[${all.sort().join(',')}]`;
}

function subtractAmount(left: Amount, right: Amount): Amount {
  if (left.type === 'SCALAR' && right.type === 'SCALAR') return { ...left, milli: left.milli - right.milli };
  if (left.type === 'RANGES' && right.type === 'RANGES') {
    return { ...left, ranges: subtractRanges(left.ranges, right.ranges) };
  }
  if (left.type === 'SET' && right.type === 'SET') {
    return { ...left, items: left.items.filter((item) => !right.items.includes(item)) };
  }
  return left;
}

function containsAmount(outer: Amount, inner: Amount): boolean {
  if (outer.type === 'SCALAR' && inner.type === 'SCALAR') return outer.milli >= inner.milli;
  if (outer.type === 'RANGES' && inner.type === 'RANGES') return containsRanges(outer.ranges, inner.ranges);
  if (outer.type === 'SET' && inner.type === 'SET')
    return inner.items.every((item) => outer.items.includes(item));
  return false;
}

function equalAmount(left: Amount, right: Amount): boolean {
  return containsAmount(left, right) && containsAmount(right, left);
}

export function isEmptyAmount(amount: Amount): boolean {
  switch (amount.type) {
    case 'SCALAR':
      return amount.milli <= 0;
    case 'RANGES':
      return amount.ranges.length === 0;
    case 'SET':
      return amount.items.length === 0;
  }
}

/**
 * Writes resources as endpoints show them: with `reservations` and, where that says as much, with the older
 * `role`.
 */
export function writeShownResources(resources: Resources): WireResource[] {
  const legacy = writeLegacyResources(resources);
  return writeResources(resources).map((resource, index) =>
    (resource.reservations ?? []).length <= 1 ? { ...legacy[index], ...resource } : resource,
  );
}
