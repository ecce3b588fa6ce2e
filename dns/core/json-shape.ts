/**
 * Reads the wanted members of one JSON value straight from its bytes; everything else in it is passed over without being
 * made into anything. For documents with very many values that are alike.
 *
 * Always true: what comes out is what JSON.parse would give, without the members that no shape names and those behind an
 * `only` that does not hold. What is passed over is only looked at for where it ends. Texts may share the memory of the
 * bytes they were read from: who keeps one copies it.
 */

import * as json from './json-bytes';
import * as jsonNames from './json-names';

// Names of this file's own: reading through the import would be a call each time.
const {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  endsScalar,
  OPEN_LIST,
  OPEN_OBJECT,
  OUTER_KINDS,
  PLAIN,
  QUOTE,
  TEXT_KINDS,
} = json;
const { createKnownNames, learnName, standsAt } = jsonNames;

/** The wanted members. A value without `members` is taken whole. */
export interface Shape {
  readonly members?: readonly Member[];
  /** Without this value of this member the members that come after it are not wanted. */
  readonly only?: Only | undefined;
  /** The shape of items, should the value be a list. */
  readonly items?: Shape;
  /** Nothing of it is wanted. */
  readonly skipped?: boolean;
}

interface Only {
  readonly name: string;
  readonly value: string;
}

interface Member {
  readonly name: string;
  readonly shape: Shape;
}

/** All of a value. */
export const WHOLE: Shape = {};

/** The shape of an object of which some members are wanted. */
export function membersShape(members: Readonly<Record<string, Shape>>, only?: Only): Shape {
  return {
    only,
    members: Object.entries(members).map(([name, shape]) => ({ name, shape })),
  };
}

/** The shape of a list. */
export function listShape(items: Shape): Shape {
  return { items };
}

const ZERO = 0x30;
/** The code of a dot, counted from that of the digit 0. */
const DOT = 0x2e - ZERO;
/** All whole numbers of so many digits are doubles, and so are the powers of ten. */
const DIGITS_MAX = 15;

/** Thrown inside when the bytes end before the value does. */
const INCOMPLETE = new Error('the value is not complete');

/** A shape together with what was learned about the values that have it. */
interface Plan {
  readonly only: Only | undefined;
  readonly members: ReadonlyMap<string, PlannedMember> | undefined;
  readonly names: jsonNames.KnownNames<PlannedMember>;
  readonly items: Plan | undefined;
  readonly skipped: boolean;
}

interface PlannedMember {
  readonly name: string;
  readonly plan: Plan;
}

type Name = jsonNames.KnownName<PlannedMember>;

function planOf({ members, only, items, skipped }: Shape): Plan {
  const planned = members?.map(({ name, shape }) => [name, { name, plan: planOf(shape) }] as const);
  return {
    only,
    members: planned && new Map(planned),
    names: createKnownNames<PlannedMember>(),
    items: items && planOf(items),
    skipped: skipped === true,
  };
}

/** Bytes that are being read, and the same as text for what is plain. */
interface Place {
  bytes: Uint8Array;
  text: string;
  position: number;
}

export interface ShapeReader {
  /** Bytes to read from until the next call. */
  use(bytes: Uint8Array): void;
  /** Reads the value that begins at a place. Returns where it ends, -1 when the bytes end first. Throws for what is no JSON. */
  read(start: number, shape: Shape): number;
  /** The value that was read last. */
  value(): unknown;
}

export function createShapeReader(): ShapeReader {
  // Only slices without octets above 127 are used, which look the same in all encodings.
  const plain = new TextDecoder('latin1');
  const place: Place = { bytes: new Uint8Array(0), text: '', position: 0 };
  const plans = new Map<Shape, Plan>();
  const plan = (shape: Shape): Plan => {
    const compiled = planOf(shape);
    plans.set(shape, compiled);
    return compiled;
  };
  let value: unknown;
  const read = (start: number, shape: Shape): number => {
    if (place.text === '') place.text = plain.decode(place.bytes);
    place.position = start;
    try {
      value = readValue(place, plans.get(shape) ?? plan(shape));
      return place.position;
    } catch (error) {
      if (error === INCOMPLETE) return -1;
      throw error;
    }
  };
  const use = (bytes: Uint8Array): void => {
    place.bytes = bytes;
    place.text = '';
    value = undefined;
  };
  return { use, read, value: () => value };
}

function readValue(place: Place, plan: Plan): unknown {
  const byte = next(place);
  if (byte === QUOTE) return readText(place);
  if (byte === OPEN_OBJECT && plan.members) return readObject(place, plan, plan.members);
  if (byte === OPEN_LIST && plan.items) return readList(place, plan.items);
  const start = place.position;
  skip(place, byte);
  if (plan.skipped) return undefined;
  if (byte === OPEN_OBJECT || byte === OPEN_LIST)
    return JSON.parse(decoder.decode(place.bytes.subarray(start, place.position)));
  return readNumber(place, start) ?? JSON.parse(place.text.slice(start, place.position));
}

const decoder = new TextDecoder();

function readObject(
  place: Place,
  { names, only }: Plan,
  members: ReadonlyMap<string, PlannedMember>,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  let passing = false;
  place.position++;
  if (next(place) === CLOSE_OBJECT) {
    place.position++;
    return object;
  }
  for (let name = names.start; ; ) {
    const likely = name.follower;
    if (likely && standsAt(place.bytes, place.position, likely.bytes)) {
      place.position += likely.bytes.length;
      name = likely;
    } else name = readName(place, names, name, members);
    const { wanted } = name;
    if (wanted && (!passing || wanted.name === only?.name)) {
      const value = readValue(place, wanted.plan);
      object[wanted.name] = value;
      if (only && wanted.name === only.name) passing = value !== only.value;
    } else skip(place, next(place));
    const byte = next(place);
    if (byte !== COMMA && byte !== CLOSE_OBJECT) throw wrong(place, ', or }');
    place.position++;
    if (byte === CLOSE_OBJECT) return object;
  }
}

function readList(place: Place, items: Plan): unknown[] {
  const list: unknown[] = [];
  place.position++;
  if (next(place) === CLOSE_LIST) {
    place.position++;
    return list;
  }
  for (;;) {
    list.push(readValue(place, items));
    const byte = next(place);
    if (byte !== COMMA && byte !== CLOSE_LIST) throw wrong(place, ', or ]');
    place.position++;
    if (byte === CLOSE_LIST) return list;
  }
}

/** Reads a member name that is not the one that was likely. */
function readName(
  place: Place,
  names: Plan['names'],
  before: Name,
  members: ReadonlyMap<string, PlannedMember>,
): Name {
  if (next(place) !== QUOTE) throw wrong(place, 'a member name');
  const start = place.position;
  const plain = skipText(place);
  const end = place.position;
  if (next(place) !== COLON) throw wrong(place, ':');
  place.position++;
  if (plain && place.position === end + 1)
    return learnName(names, before, place.bytes.subarray(start, place.position), () =>
      members.get(place.text.slice(start + 1, end - 1)),
    );
  const name: unknown = JSON.parse(decoder.decode(place.bytes.subarray(start, end)));
  return { ...names.start, wanted: members.get(String(name)) };
}

/** A number without a sign and an exponent that a double holds exactly; all others are left to JSON.parse. */
function readNumber({ bytes, position }: Place, start: number): number | undefined {
  let [value, scale] = [0, 0];
  if (position - start > DIGITS_MAX || (bytes[start] === ZERO && position > start + 1)) return undefined;
  for (let place = start; place < position; place++) {
    const digit = (bytes[place] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      scale *= 10;
    } else if (digit === DOT && scale === 0 && place > start && place < position - 1) scale = 1;
    else return undefined;
  }
  // Both are exact, so the quotient is the nearest double, which is what JSON.parse gives.
  return scale > 1 ? value / scale : value;
}

function readText(place: Place): string {
  const start = place.position + 1;
  if (skipText(place)) return place.text.slice(start, place.position - 1);
  const text: unknown = JSON.parse(decoder.decode(place.bytes.subarray(start - 1, place.position)));
  return String(text);
}

/** Goes behind a text. Returns whether it stands there as it is: no escapes, nothing but ASCII. */
function skipText(place: Place): boolean {
  const { bytes } = place;
  const { length } = bytes;
  let plain = true;
  for (let index = place.position + 1; index < length; index++) {
    const kind = TEXT_KINDS[bytes[index] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === QUOTE) {
      place.position = index + 1;
      return plain;
    }
    plain = false;
    if (kind === BACKSLASH) index++;
  }
  throw INCOMPLETE;
}

/** The next byte that is no blank. */
function next(place: Place): number {
  const { bytes } = place;
  for (; place.position < bytes.length; place.position++) {
    const byte = bytes[place.position] ?? 0;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return byte;
  }
  throw INCOMPLETE;
}

/** Goes behind a value, whatever it is. */
function skip(place: Place, byte: number): void {
  if (byte === QUOTE) skipText(place);
  else if (byte === OPEN_OBJECT || byte === OPEN_LIST) skipContainer(place);
  else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST || byte === COMMA || byte === COLON)
    throw wrong(place, 'a value');
  else skipScalar(place);
}

function skipContainer(place: Place): void {
  const { bytes } = place;
  let depth = 0;
  for (let index = place.position; index < bytes.length; index++) {
    const kind = OUTER_KINDS[bytes[index] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === QUOTE) {
      place.position = index;
      skipText(place);
      index = place.position - 1;
    } else if (kind === OPEN_OBJECT || kind === OPEN_LIST) depth++;
    else if (--depth === 0) {
      place.position = index + 1;
      return;
    }
  }
  throw INCOMPLETE;
}

/** A number or a word ends before what cannot be part of one. */
function skipScalar(place: Place): void {
  const { bytes } = place;
  while (place.position < bytes.length) {
    const byte = bytes[place.position] ?? 0;
    if (endsScalar(byte)) return;
    place.position++;
  }
  throw INCOMPLETE;
}

function wrong({ bytes, position }: Place, due: string): Error {
  const character = JSON.stringify(String.fromCharCode(bytes[position] ?? 0));
  return new Error(`not JSON: ${character} where ${due} is due`);
}
