/**
 * The member names of objects that are alike: which name followed which the last time, so that it need only be compared and
 * not be read.
 *
 * Always true: a name is recognised by all of its bytes, so what was seen before changes the time it takes and nothing else.
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
  /** Stands in front of the first name. */
  readonly start: MemberName<T>;
  readonly all: MemberName<T>[];
}

/** Objects whose members have names of all sorts are not learned by heart. */
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

/** Notes the name that followed another one, `text` being all of it. */
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
