/**
 * Quantities of an agent's resources: what is there, offered, used.
 *
 * Always true: scalars are whole milli-units (Mesos keeps three decimals), ranges and sets are normal, pieces
 * that combine are combined, no piece is empty, pieces are in order. So equality is exact and adding undoes
 * subtracting. Rules of combining: Mesos 1.11 src/common/resources.cpp.
 */

import { addRanges, containsRanges, normalRanges, printRanges, type Ranges, subtractRanges } from './ranges';

/** The shape of a resource on the wire (mesos.v1.Resource). */
export interface WireResource extends Rest {
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

/** The parts of a special disk: its source, and the persistent volume on it. */
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

/** The parts of a resource besides its quantity, as on the wire. */
export interface Rest {
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

export interface Piece {
  readonly name: string;
  readonly amount: Amount;
  readonly rest: Rest;
  /** Equal for pieces that combine. */
  readonly identity: string;
  /** Taken whole or not at all: persistent volumes, and disks that are mounts or devices of their own. */
  readonly exclusive: boolean;
  /** Number of holders of a shared resource; 0 for one that is not shared. */
  readonly shares: number;
}

export type Resources = readonly Piece[];

export const NO_RESOURCES: Resources = [];

/** Reads wire resources, the older `role` form included; zero and empty ones vanish. */
export function readResources(wire: readonly WireResource[] | undefined): Resources {
  return combine((wire ?? []).map(readPiece));
}

/** Writes resources with `reservations`, the form used between our own processes and to newer frameworks. */
export function writeResources(resources: Resources): WireResource[] {
  return resources.flatMap(({ name, amount, rest, shares }) => {
    const wire: WireResource = { name, ...writeAmount(amount), ...rest };
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

/** Left and right together. */
export function addResources(left: Resources, right: Resources): Resources {
  return combine([...left, ...right]);
}

/** Left without right. What left does not have is not subtracted: check with containsResources first. */
export function subtractResources(left: Resources, right: Resources): Resources {
  if (right.length === 0) return left;
  const rest = [...left];
  for (const piece of right) subtractPiece(rest, piece);
  return rest;
}

function subtractPiece(rest: Piece[], piece: Piece): void {
  const index = rest.findIndex((one) => isSame(one, piece));
  const from = rest[index];
  if (!from) return;
  const left = reduce(from, piece);
  if (left) rest[index] = left;
  else rest.splice(index, 1);
}

/**
 * True when the resource could be subtracted from this one: of one identity, and as large when it is whole
 * or shared.
 */
function isSame(one: Piece, piece: Piece): boolean {
  if (one.identity !== piece.identity) return false;
  return (!piece.exclusive && piece.shares === 0) || equalAmount(one.amount, piece.amount);
}

function reduce(from: Piece, piece: Piece): Piece | undefined {
  if (piece.shares > 0)
    return from.shares > piece.shares ? { ...from, shares: from.shares - piece.shares } : undefined;
  if (piece.exclusive) return undefined;
  const amount = subtractAmount(from.amount, piece.amount);
  return isEmptyAmount(amount) ? undefined : { ...from, amount };
}

/** True when each resource of inner is in outer, in at least that quantity. */
export function containsResources(outer: Resources, inner: Resources): boolean {
  if (!inner.some(({ exclusive }) => exclusive)) return inner.every((piece) => hasPiece(outer, piece));
  const rest = [...outer];
  return inner.every((piece) => {
    if (!hasPiece(rest, piece)) return false;
    if (piece.exclusive) subtractPiece(rest, piece);
    return true;
  });
}

function hasPiece(outer: Resources, piece: Piece): boolean {
  const other = outer.find((one) => isSame(one, piece));
  return other !== undefined && other.shares >= piece.shares && containsAmount(other.amount, piece.amount);
}

export function equalResources(left: Resources, right: Resources): boolean {
  return containsResources(left, right) && containsResources(right, left);
}

/** The sum of a scalar over all pieces, in milli-units. */
export function milliOf(resources: Resources, name: string): number {
  return resources.reduce(
    (sum, piece) => sum + (piece.name === name && piece.amount.type === 'SCALAR' ? piece.amount.milli : 0),
    0,
  );
}

/** The sum of a scalar over all pieces, such as 0.5 cpus or 128 MB. */
export function scalarOf(resources: Resources, name: string): number {
  return milliOf(resources, name) / 1000;
}

/** All numbers of a ranges resource, such as `ports`. */
export function rangesOf(resources: Resources, name: string): Ranges {
  return resources.reduce<Ranges>(
    (all, piece) =>
      piece.name === name && piece.amount.type === 'RANGES' ? addRanges(all, piece.amount.ranges) : all,
    [],
  );
}

/** The same resources marked as allocated to a role. */
export function allocateTo(resources: Resources, role: string): Resources {
  return combine(resources.map((piece) => withRest(piece, { ...piece.rest, allocation_info: { role } })));
}

/** The same resources without the mark of an allocation. */
export function unallocated(resources: Resources): Resources {
  return combine(
    resources.map((piece) => {
      const { allocation_info: _gone, ...rest } = piece.rest;
      return withRest(piece, rest);
    }),
  );
}

/** The role a piece is reserved to; `*` when unreserved. */
export function reservedRole(piece: Piece): string {
  return piece.rest.reservations?.at(-1)?.role ?? '*';
}

/** `cpus:2; mem:1024; ports:[31000-31010]`, with the role of reserved pieces in brackets. */
export function printResources(resources: Resources): string {
  const parts = resources.map((piece) => {
    const role = reservedRole(piece);
    return `${piece.name}${role === '*' ? '' : `(${role})`}${printMarks(piece)}:${printAmount(piece.amount)}`;
  });
  return parts.join('; ');
}

/** `[id:path]` for a persistent volume, `[MOUNT]` for another source, `{REV}` and `<SHARED>` as in Mesos. */
function printMarks({ rest: { disk, revocable, shared }, shares }: Piece): string {
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

/** A piece from its parts, for resources that come from flags. */
export function pieceOf(name: string, amount: Amount, rest: Rest = {}): Piece {
  return withRest({ name, amount, rest, identity: '', exclusive: false, shares: rest.shared ? 1 : 0 }, rest);
}

/** Puts pieces into the normal form. */
export function combine(pieces: readonly Piece[]): Resources {
  if (isNormal(pieces)) return pieces;
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const group = groups.get(piece.identity);
    if (group) group.push(piece);
    else groups.set(piece.identity, [piece]);
  }
  const kept: Piece[] = [];
  for (const group of groups.values()) {
    for (const piece of merge(group)) if (!isEmptyAmount(piece.amount)) kept.push(piece);
  }
  return kept.sort((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0));
}

/**
 * True for resources in normal form, as most are: one resource of each identity, in their order, none
 * empty.
 */
function isNormal(pieces: readonly Piece[]): boolean {
  let before = '';
  for (const { identity, amount } of pieces) {
    if (identity <= before || isEmptyAmount(amount)) return false;
    before = identity;
  }
  return true;
}

/** One piece of many that combine: exclusive ones stay apart, of shared ones the holders are counted. */
function merge(group: readonly Piece[]): readonly Piece[] {
  const [first] = group;
  if (!first || group.length === 1 || first.exclusive) return group;
  if (first.shares > 0) return [{ ...first, shares: group.reduce((sum, { shares }) => sum + shares, 0) }];
  return [{ ...first, amount: sumOf(first.amount, group) }];
}

/** The sum of amounts of one kind, made once however many there are. */
function sumOf(kind: Amount, group: readonly Piece[]): Amount {
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

function readPiece(wire: WireResource): Piece {
  return pieceOf(wire.name, readAmount(wire), restOf(wire));
}

/** Only what is there: most resources have a role at most. */
function restOf(wire: WireResource): Rest {
  const { allocation_info, disk, provider_id, revocable, shared } = wire;
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

/** The stack of reservations, from whichever form the wire has. */
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

/** The same quantity with other marks. */
export function withRest({ name, amount, shares }: Piece, rest: Rest): Piece {
  const { shared, disk } = rest;
  return {
    name,
    amount,
    rest,
    identity: `${name} ${amount.type} ${identityOfRest(rest)}`,
    exclusive: disk !== undefined && shared === undefined && isExclusiveDisk(disk),
    shares: shared ? Math.max(1, shares) : 0,
  };
}

/** The same marks with another quantity. */
export function withAmount(piece: Piece, amount: Amount): Piece {
  return { ...piece, amount };
}

function isExclusiveDisk({ persistence, source }: Disk): boolean {
  if (persistence) return true;
  const type = source?.type;
  return type === 'MOUNT' || type === 'BLOCK' || (type === 'RAW' && source?.id !== undefined);
}

/** Most pieces have a role or nothing at all: that is quick. */
function identityOfRest(all: Rest): string {
  const { allocation_info: allocation, disk, provider_id, reservations, revocable, shared } = all;
  const role = allocation?.role ?? '';
  if (!disk && !provider_id && !reservations && !revocable && !shared) return `~${role}`;
  const { allocation_info: _allocation, ...rest } = all;
  // Reserved and other special pieces come before plain ones.
  return `${identityOf(disk ? { ...rest, disk: sameDisk(disk) } : rest)} ${role}`;
}

/**
 * The parts of a disk that count for its identity. Where it is mounted is up to each task that uses it, and
 * who made the volume is told by its id (operator== of DiskInfo).
 */
function sameDisk({ persistence, source }: Disk): object {
  return { persistence: persistence && { id: persistence.id }, source };
}

/** JSON with sorted keys and labels in order, so that equal descriptions are equal texts. */
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

/** Labels mean the same in whatever order; without a value is with an empty one. */
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

/** Resources as endpoints show them: `reservations`, and the older `role` beside it where that can say as much. */
export function writeShownResources(resources: Resources): WireResource[] {
  const legacy = writeLegacyResources(resources);
  return writeResources(resources).map((resource, index) =>
    (resource.reservations ?? []).length <= 1 ? { ...legacy[index], ...resource } : resource,
  );
}
