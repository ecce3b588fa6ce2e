/**
 * The member names of objects that are alike, each with the one that followed it the last time: the next name is compared
 * with that before it is read.
 *
 * Always true: a name is recognised by all of its bytes, so earlier objects change the time it takes and nothing else.
 */

/** A member name as it stands in a document: `"name":`. */
export interface MemberName<T> {
  readonly bytes: Uint8Array;
  /** The decision about the member; undefined for one that is passed over. */
  readonly member: T | undefined;
  /** The name that followed the last time. */
  follower: MemberName<T> | undefined;
}

/** The names that were seen in objects of one kind. */
export interface MemberNames<T> {
  /** The start of an object, before its first name. */
  readonly start: MemberName<T>;
  readonly all: MemberName<T>[];
}

/** Limits for objects with names of all sorts, which are not kept. */
const NAMES_MAX = 50;
const NAME_MAX_BYTES = 60;

export function createMemberNames<T>(): MemberNames<T> {
  return { start: { bytes: new Uint8Array(0), member: undefined, follower: undefined }, all: [] };
}

/** True when a name stands at an offset. */
export function matchesAt(bytes: Uint8Array, position: number, name: Uint8Array): boolean {
  const { length } = name;
  if (position + length > bytes.length) return false;
  for (let offset = 0; offset < length; offset++) if (bytes[position + offset] !== name[offset]) return false;
  return true;
}

/** Keeps the name that followed another one; `text` is all of it. */
export function learnName<T>(
  { all }: MemberNames<T>,
  before: MemberName<T>,
  text: Uint8Array,
  wanted: () => T | undefined,
): MemberName<T> {
  const existing = all.find(({ bytes }) => bytes.length === text.length && matchesAt(text, 0, bytes));
  const name = existing ?? { bytes: new Uint8Array(text), member: wanted(), follower: undefined };
  if (!existing && (all.length >= NAMES_MAX || text.length > NAME_MAX_BYTES)) return name;
  if (!existing) all.push(name);
  before.follower = name;
  return name;
}
