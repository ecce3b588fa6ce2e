/**
 * Quantities of an agent's resources: what is there, offered, used.
 *
 * Always true: scalars are whole milli-units (Mesos keeps three decimals), ranges and sets are normal, pieces that combine
 * are combined, no piece is empty, pieces are in order. So equality is exact and adding undoes subtracting.
 * Rules of combining: Mesos 1.11 src/common/resources.cpp.
 */

import { addRanges, containsRanges, normalRanges, printRanges, type Ranges, subtractRanges } from './ranges';

/** The shape of a resource on the wire (mesos.v1.Resource), as far as quantities go. The rest is carried along. */
export interface WireResource {
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
  readonly reservation?: { readonly principal?: string | undefined; readonly labels?: unknown } | undefined;
  readonly reservations?: readonly Reservation[] | undefined;
  readonly allocation_info?: { readonly role?: string | undefined } | undefined;
}

interface Reservation {
  readonly type?: 'UNKNOWN' | 'STATIC' | 'DYNAMIC' | undefined;
  readonly role?: string | undefined;
}

export type Amount =
  | { readonly type: 'SCALAR'; readonly milli: number }
  | { readonly type: 'RANGES'; readonly ranges: Ranges }
  | { readonly type: 'SET'; readonly items: readonly string[] };

/** What a piece has besides its quantity: reservations, allocation, disk and so on, as on the wire. */
type Rest = Readonly<Record<string, unknown>>;

export interface Piece {
  readonly name: string;
  readonly amount: Amount;
  readonly rest: Rest;
  /** Equal for pieces that combine. */
  readonly identity: string;
}

export type Resources = readonly Piece[];

export const NO_RESOURCES: Resources = [];

/** Reads wire resources, the older `role` form included; zero and empty ones vanish. */
export function readResources(wire: readonly WireResource[] | undefined): Resources {
  return combine((wire ?? []).map(readPiece));
}

/** Writes resources with `reservations`, the form used between our own processes and to newer frameworks. */
export function writeResources(resources: Resources): WireResource[] {
  return resources.map(
    ({ name, amount, rest }) => ({ name, ...writeAmount(amount), ...rest }) as WireResource,
  );
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
  return combine([
    ...left.map((piece) => {
      const other = right.find(({ identity }) => identity === piece.identity);
      return other ? { ...piece, amount: subtractAmount(piece.amount, other.amount) } : piece;
    }),
  ]);
}

/** Whether each piece of inner is in outer, in at least that quantity. */
export function containsResources(outer: Resources, inner: Resources): boolean {
  return inner.every((piece) => {
    const other = outer.find(({ identity }) => identity === piece.identity);
    return other !== undefined && containsAmount(other.amount, piece.amount);
  });
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
  const stack = (piece.rest['reservations'] ?? []) as readonly Reservation[];
  return stack.at(-1)?.role ?? '*';
}

/** `cpus:2; mem:1024; ports:[31000-31010]`, with the role of reserved pieces in brackets. */
export function printResources(resources: Resources): string {
  const parts = resources.map((piece) => {
    const role = reservedRole(piece);
    return `${piece.name}${role === '*' ? '' : `(${role})`}:${printAmount(piece.amount)}`;
  });
  return parts.join('; ');
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
  return withRest({ name, amount, rest, identity: '' }, rest);
}

/** Puts pieces into the normal form. */
export function combine(pieces: readonly Piece[]): Resources {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const group = groups.get(piece.identity);
    if (group) group.push(piece);
    else groups.set(piece.identity, [piece]);
  }
  const kept: Piece[] = [];
  for (const group of groups.values()) {
    const [first] = group as [Piece, ...Piece[]];
    const piece = group.length === 1 ? first : { ...first, amount: sumOf(first.amount, group) };
    if (!isEmptyAmount(piece.amount)) kept.push(piece);
  }
  return kept.sort((a, b) => (a.identity < b.identity ? -1 : a.identity > b.identity ? 1 : 0));
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
  const { name, type: _type, scalar: _scalar, ranges: _ranges, set: _set, ...others } = wire;
  const { role, reservation, ...rest } = others;
  const upgraded =
    role !== undefined && role !== '*' && rest.reservations === undefined
      ? { ...rest, reservations: [{ type: reservation ? 'DYNAMIC' : 'STATIC', role, ...reservation }] }
      : rest;
  return pieceOf(name, readAmount(wire), upgraded);
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

function withRest(piece: Piece, rest: Rest): Piece {
  return { ...piece, rest, identity: `${piece.name} ${piece.amount.type} ${identityOf(rest)}` };
}

/** JSON with sorted keys, so that equal descriptions are equal texts. */
function identityOf(value: unknown): string {
  if (value === null || typeof value !== 'object')
    return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(identityOf).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort()
    .map(([key, member]) => `${key}:${identityOf(member)}`)
    .join(',')}}`;
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

function isEmptyAmount(amount: Amount): boolean {
  switch (amount.type) {
    case 'SCALAR':
      return amount.milli <= 0;
    case 'RANGES':
      return amount.ranges.length === 0;
    case 'SET':
      return amount.items.length === 0;
  }
}
