/**
 * The member names of objects that are alike: which name followed which the last time, so that it need only be compared and
 * not be read.
 *
 * Always true: a name is recognised by all of its bytes, so what was seen before changes the time it takes and nothing else.
 */

/** A member name as it stands in a document: `"name":`. */
export interface KnownName<T> {
  readonly bytes: Uint8Array;
  /** The decision about the member; undefined for one that is passed over. */
  readonly wanted: T | undefined;
  /** The name that followed the last time. */
  follower: KnownName<T> | undefined;
}

/** The names that were seen in objects of one kind. */
export interface KnownNames<T> {
  /** Stands in front of the first name. */
  readonly start: KnownName<T>;
  readonly all: KnownName<T>[];
}

/** Objects whose members have names of all sorts are not learned by heart. */
const NAMES_MAX = 50;
const NAME_MAX_BYTES = 60;

export function createKnownNames<T>(): KnownNames<T> {
  return { start: { bytes: new Uint8Array(0), wanted: undefined, follower: undefined }, all: [] };
}

/** True when a name stands at an offset. */
export function standsAt(bytes: Uint8Array, position: number, name: Uint8Array): boolean {
  const { length } = name;
  if (position + length > bytes.length) return false;
  for (let offset = 0; offset < length; offset++) if (bytes[position + offset] !== name[offset]) return false;
  return true;
}

/** Notes the name that followed another one, `text` being all of it. */
export function learnName<T>(
  { all }: KnownNames<T>,
  before: KnownName<T>,
  text: Uint8Array,
  wanted: () => T | undefined,
): KnownName<T> {
  const held = all.find(({ bytes }) => bytes.length === text.length && standsAt(text, 0, bytes));
  const name = held ?? { bytes: new Uint8Array(text), wanted: wanted(), follower: undefined };
  if (!held && (all.length >= NAMES_MAX || text.length > NAME_MAX_BYTES)) return name;
  if (!held) all.push(name);
  before.follower = name;
  return name;
}
