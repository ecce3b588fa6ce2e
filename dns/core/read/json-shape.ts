/**
 * Reads the wanted members of one JSON value straight from its bytes, and skips everything else without making anything of
 * it. For documents with very many values that are alike.
 *
 * Always true: the value is that of JSON.parse, without the members that no shape names and those behind an `only` that does
 * not hold. Of skipped values only the end is looked for. Texts may share the memory of the bytes they were read from: a
 * caller that keeps one copies it.
 */

import * as json from './json-bytes';
import * as jsonNames from './json-member-names';

// Constants of this file: reading them through the import would be a call each time.
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
const { createMemberNames, learnName, matchesAt } = jsonNames;

/** The members of a value that are wanted; without `members` it is taken whole. */
export interface Shape {
  readonly members?: readonly Member[];
  /** The value that this member must have for the members after it to be wanted. */
  readonly only?: Only | undefined;
  /** The shape of items, should the value be a list. */
  readonly items?: Shape;
  /** True when nothing of the value is wanted. */
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

/** The shape of a value that is wanted whole. */
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
/** The character code of a dot minus that of the digit 0. */
const DOT = 0x2e - ZERO;
/** The most digits with which every whole number is exact as a double, and so is every power of ten. */
const DIGITS_MAX = 15;

/** The error that is thrown inside this file when the bytes end before the value does. */
const INCOMPLETE = new Error('the value is not complete');

/** A shape with the member names that values of it had. */
interface Plan {
  readonly only: Only | undefined;
  readonly members: ReadonlyMap<string, PlannedMember> | undefined;
  readonly names: jsonNames.MemberNames<PlannedMember>;
  readonly items: Plan | undefined;
  readonly skipped: boolean;
}

interface PlannedMember {
  readonly name: string;
  readonly plan: Plan;
}

type Name = jsonNames.MemberName<PlannedMember>;

function planOf({ members, only, items, skipped }: Shape): Plan {
  const planned = members?.map(({ name, shape }) => [name, { name, plan: planOf(shape) }] as const);
  return {
    only,
    members: planned && new Map(planned),
    names: createMemberNames<PlannedMember>(),
    items: items && planOf(items),
    skipped: skipped === true,
  };
}

/** The bytes that are being read and the position in them; `text` serves for parts that are plain ASCII. */
interface Cursor {
  bytes: Uint8Array;
  text: string;
  position: number;
}

export interface ShapeReader {
  /** Sets the bytes to read from. */
  use(bytes: Uint8Array): void;
  /**
   * Reads the value that begins at `start`. Returns its end, or -1 when the bytes end first. Throws for bytes that are
   * not JSON.
   */
  read(start: number, shape: Shape): number;
  /** The value that was read last. */
  value(): unknown;
}

export function createShapeReader(): ShapeReader {
  // Only slices without octets above 127 are used, which look the same in all encodings.
  const plain = new TextDecoder('latin1');
  const cursor: Cursor = { bytes: new Uint8Array(0), text: '', position: 0 };
  const plans = new Map<Shape, Plan>();
  const plan = (shape: Shape): Plan => {
    const compiled = planOf(shape);
    plans.set(shape, compiled);
    return compiled;
  };
  let value: unknown;
  const read = (start: number, shape: Shape): number => {
    if (cursor.text === '') cursor.text = plain.decode(cursor.bytes);
    cursor.position = start;
    try {
      value = readValue(cursor, plans.get(shape) ?? plan(shape));
      return cursor.position;
    } catch (error) {
      if (error === INCOMPLETE) return -1;
      throw error;
    }
  };
  const use = (bytes: Uint8Array): void => {
    cursor.bytes = bytes;
    cursor.text = '';
    value = undefined;
  };
  return { use, read, value: () => value };
}

function readValue(cursor: Cursor, plan: Plan): unknown {
  const byte = next(cursor);
  if (byte === QUOTE) return readText(cursor);
  if (byte === OPEN_OBJECT && plan.members) return readObject(cursor, plan, plan.members);
  if (byte === OPEN_LIST && plan.items) return readList(cursor, plan.items);
  const start = cursor.position;
  skip(cursor, byte);
  if (plan.skipped) return undefined;
  if (byte === OPEN_OBJECT || byte === OPEN_LIST)
    return JSON.parse(decoder.decode(cursor.bytes.subarray(start, cursor.position)));
  return readNumber(cursor, start) ?? JSON.parse(cursor.text.slice(start, cursor.position));
}

const decoder = new TextDecoder();

function readObject(
  cursor: Cursor,
  { names, only }: Plan,
  members: ReadonlyMap<string, PlannedMember>,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  let passing = false;
  cursor.position++;
  if (next(cursor) === CLOSE_OBJECT) {
    cursor.position++;
    return object;
  }
  for (let name = names.start; ; ) {
    const likely = name.follower;
    if (likely && matchesAt(cursor.bytes, cursor.position, likely.bytes)) {
      cursor.position += likely.bytes.length;
      name = likely;
    } else name = readName(cursor, names, name, members);
    const { member: wanted } = name;
    if (wanted && (!passing || wanted.name === only?.name)) {
      const value = readValue(cursor, wanted.plan);
      object[wanted.name] = value;
      if (only && wanted.name === only.name) passing = value !== only.value;
    } else skip(cursor, next(cursor));
    const byte = next(cursor);
    if (byte !== COMMA && byte !== CLOSE_OBJECT) throw wrong(cursor, ', or }');
    cursor.position++;
    if (byte === CLOSE_OBJECT) return object;
  }
}

function readList(cursor: Cursor, items: Plan): unknown[] {
  const list: unknown[] = [];
  cursor.position++;
  if (next(cursor) === CLOSE_LIST) {
    cursor.position++;
    return list;
  }
  for (;;) {
    list.push(readValue(cursor, items));
    const byte = next(cursor);
    if (byte !== COMMA && byte !== CLOSE_LIST) throw wrong(cursor, ', or ]');
    cursor.position++;
    if (byte === CLOSE_LIST) return list;
  }
}

/** Reads a member name that is not the one that was likely. */
function readName(
  cursor: Cursor,
  names: Plan['names'],
  before: Name,
  members: ReadonlyMap<string, PlannedMember>,
): Name {
  if (next(cursor) !== QUOTE) throw wrong(cursor, 'a member name');
  const start = cursor.position;
  const plain = skipText(cursor);
  const end = cursor.position;
  if (next(cursor) !== COLON) throw wrong(cursor, ':');
  cursor.position++;
  if (plain && cursor.position === end + 1)
    return learnName(names, before, cursor.bytes.subarray(start, cursor.position), () =>
      members.get(cursor.text.slice(start + 1, end - 1)),
    );
  const name: unknown = JSON.parse(decoder.decode(cursor.bytes.subarray(start, end)));
  return { ...names.start, member: members.get(String(name)) };
}

/** A number without a sign and an exponent that a double holds exactly; all others are left to JSON.parse. */
function readNumber({ bytes, position }: Cursor, start: number): number | undefined {
  let value = 0;
  let scale = 0;
  if (position - start > DIGITS_MAX || (bytes[start] === ZERO && position > start + 1)) return undefined;
  for (let index = start; index < position; index++) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      scale *= 10;
    } else if (digit === DOT && scale === 0 && index > start && index < position - 1) scale = 1;
    else return undefined;
  }
  // Both are exact, so the quotient is the nearest double, which is what JSON.parse gives.
  return scale > 1 ? value / scale : value;
}

function readText(cursor: Cursor): string {
  const start = cursor.position + 1;
  if (skipText(cursor)) return cursor.text.slice(start, cursor.position - 1);
  const text: unknown = JSON.parse(decoder.decode(cursor.bytes.subarray(start - 1, cursor.position)));
  return String(text);
}

/** Moves behind a text. Returns true when it has no escapes and nothing but ASCII. */
function skipText(cursor: Cursor): boolean {
  const { bytes } = cursor;
  const { length } = bytes;
  let plain = true;
  for (let index = cursor.position + 1; index < length; index++) {
    const kind = TEXT_KINDS[bytes[index] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === QUOTE) {
      cursor.position = index + 1;
      return plain;
    }
    plain = false;
    if (kind === BACKSLASH) index++;
  }
  throw INCOMPLETE;
}

/** Moves to the next byte that is not a blank, and returns it. */
function next(cursor: Cursor): number {
  const { bytes } = cursor;
  for (; cursor.position < bytes.length; cursor.position++) {
    const byte = bytes[cursor.position] ?? 0;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return byte;
  }
  throw INCOMPLETE;
}

/** Moves behind a value of any kind. */
function skip(cursor: Cursor, byte: number): void {
  if (byte === QUOTE) skipText(cursor);
  else if (byte === OPEN_OBJECT || byte === OPEN_LIST) skipContainer(cursor);
  else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST || byte === COMMA || byte === COLON)
    throw wrong(cursor, 'a value');
  else skipScalar(cursor);
}

function skipContainer(cursor: Cursor): void {
  const { bytes } = cursor;
  let depth = 0;
  for (let index = cursor.position; index < bytes.length; index++) {
    const kind = OUTER_KINDS[bytes[index] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === QUOTE) {
      cursor.position = index;
      skipText(cursor);
      index = cursor.position - 1;
    } else if (kind === OPEN_OBJECT || kind === OPEN_LIST) depth++;
    else if (--depth === 0) {
      cursor.position = index + 1;
      return;
    }
  }
  throw INCOMPLETE;
}

/** Moves behind a number or a word. */
function skipScalar(cursor: Cursor): void {
  const { bytes } = cursor;
  while (cursor.position < bytes.length) {
    const byte = bytes[cursor.position] ?? 0;
    if (endsScalar(byte)) return;
    cursor.position++;
  }
  throw INCOMPLETE;
}

function wrong({ bytes, position }: Cursor, due: string): Error {
  const character = JSON.stringify(String.fromCharCode(bytes[position] ?? 0));
  return new Error(`not JSON: ${character} where ${due} is due`);
}
