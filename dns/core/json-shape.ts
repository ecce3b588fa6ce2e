/**
 * Reads the wanted members of one JSON value straight from its bytes; everything else in it is passed over without being
 * made into anything. For documents with very many values that are alike.
 *
 * Always true: what comes out is what JSON.parse would give, without the members that no shape names. What is passed over
 * is only looked at for where it ends. Texts may share the memory of the bytes they were read from: who keeps one copies it.
 */

import * as json from './json-bytes';

// Names of this file's own: reading through the import would be a call for each byte.
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

/** Which members are wanted. A value without `members` is taken whole. */
export interface Shape {
  readonly members?: readonly Member[];
  /** The shape of items, should the value be a list. */
  readonly items?: Shape;
  /** Nothing of it is wanted. */
  readonly skipped?: boolean;
}

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly shape: Shape;
}

/** All of a value. */
export const WHOLE: Shape = {};

const encoder = new TextEncoder();

/** The shape of an object of which some members are wanted. */
export function membersShape(members: Readonly<Record<string, Shape>>): Shape {
  return {
    members: Object.entries(members).map(([name, shape]) => ({ name, bytes: encoder.encode(name), shape })),
  };
}

/** The shape of a list. */
export function listShape(items: Shape): Shape {
  return { items };
}

/** Thrown inside when the bytes end before the value does. */
const INCOMPLETE = new Error('the value is not complete');

/** Bytes that are being read, and the same as text for what is plain. */
interface Place {
  bytes: Uint8Array;
  text: string;
  at: number;
}

export interface ShapeReader {
  /** Bytes to read from until the next call. */
  use(bytes: Uint8Array): void;
  /** Reads the value that begins at a place. Returns where it ends, -1 when the bytes end first. Throws for what is no JSON. */
  read(start: number, shape: Shape): number;
  /** What was read last. */
  value(): unknown;
}

export function createShapeReader(): ShapeReader {
  // Only slices without octets above 127 are used, which look the same in all encodings.
  const plain = new TextDecoder('latin1');
  const place: Place = { bytes: new Uint8Array(0), text: '', at: 0 };
  let value: unknown;
  const read = (start: number, shape: Shape): number => {
    if (place.text === '') place.text = plain.decode(place.bytes);
    place.at = start;
    try {
      value = readValue(place, shape);
      return place.at;
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

function readValue(place: Place, shape: Shape): unknown {
  const byte = next(place);
  if (byte === QUOTE) return readText(place);
  if (byte === OPEN_OBJECT && shape.members) return readObject(place, shape.members);
  if (byte === OPEN_LIST && shape.items) return readList(place, shape.items);
  const start = place.at;
  skip(place, byte);
  if (shape.skipped) return undefined;
  const container = byte === OPEN_OBJECT || byte === OPEN_LIST;
  return JSON.parse(
    container ? decoder.decode(place.bytes.subarray(start, place.at)) : place.text.slice(start, place.at),
  );
}

const decoder = new TextDecoder();

function readObject(place: Place, members: readonly Member[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  place.at++;
  if (next(place) === CLOSE_OBJECT) {
    place.at++;
    return object;
  }
  for (;;) {
    if (next(place) !== QUOTE) throw wrong(place, 'a member name');
    const member = readName(place, members);
    if (next(place) !== COLON) throw wrong(place, ':');
    place.at++;
    if (member) object[member.name] = readValue(place, member.shape);
    else skip(place, next(place));
    const byte = next(place);
    if (byte !== COMMA && byte !== CLOSE_OBJECT) throw wrong(place, ', or }');
    place.at++;
    if (byte === CLOSE_OBJECT) return object;
  }
}

function readList(place: Place, shape: Shape): unknown[] {
  const list: unknown[] = [];
  place.at++;
  if (next(place) === CLOSE_LIST) {
    place.at++;
    return list;
  }
  for (;;) {
    list.push(readValue(place, shape));
    const byte = next(place);
    if (byte !== COMMA && byte !== CLOSE_LIST) throw wrong(place, ', or ]');
    place.at++;
    if (byte === CLOSE_LIST) return list;
  }
}

/** Reads a member name. Undefined for one that is not wanted. */
function readName(place: Place, members: readonly Member[]): Member | undefined {
  const start = place.at + 1;
  const plain = skipText(place);
  const size = place.at - 1 - start;
  if (!plain) {
    const name: unknown = JSON.parse(decoder.decode(place.bytes.subarray(start - 1, place.at)));
    return members.find((member) => member.name === name);
  }
  for (const member of members)
    if (member.bytes.length === size && equal(place, start, member)) return member;
  return undefined;
}

function equal({ bytes }: Place, start: number, member: Member): boolean {
  const wanted = member.bytes;
  for (let at = 0; at < wanted.length; at++) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

function readText(place: Place): string {
  const start = place.at + 1;
  if (skipText(place)) return place.text.slice(start, place.at - 1);
  const text: unknown = JSON.parse(decoder.decode(place.bytes.subarray(start - 1, place.at)));
  return String(text);
}

/** Goes behind a text. Returns whether it stands there as it is: no escapes, nothing but ASCII. */
function skipText(place: Place): boolean {
  const { bytes } = place;
  const { length } = bytes;
  let plain = true;
  for (let at = place.at + 1; at < length; at++) {
    const kind = TEXT_KINDS[bytes[at] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === QUOTE) {
      place.at = at + 1;
      return plain;
    }
    plain = false;
    if (kind === BACKSLASH) at++;
  }
  throw INCOMPLETE;
}

/** The next byte that is no blank. */
function next(place: Place): number {
  const { bytes } = place;
  for (; place.at < bytes.length; place.at++) {
    const byte = bytes[place.at] ?? 0;
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
  for (let at = place.at; at < bytes.length; at++) {
    const kind = OUTER_KINDS[bytes[at] ?? 0];
    if (kind === PLAIN) continue;
    if (kind === QUOTE) {
      place.at = at;
      skipText(place);
      at = place.at - 1;
    } else if (kind === OPEN_OBJECT || kind === OPEN_LIST) depth++;
    else if (--depth === 0) {
      place.at = at + 1;
      return;
    }
  }
  throw INCOMPLETE;
}

/** A number or a word ends before what cannot be part of one. */
function skipScalar(place: Place): void {
  const { bytes } = place;
  while (place.at < bytes.length) {
    const byte = bytes[place.at] ?? 0;
    if (endsScalar(byte)) return;
    place.at++;
  }
  throw INCOMPLETE;
}

function wrong({ bytes, at }: Place, due: string): Error {
  const found = JSON.stringify(String.fromCharCode(bytes[at] ?? 0));
  return new Error(`not JSON: ${found} where ${due} is due`);
}
