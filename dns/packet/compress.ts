/**
 * Names that are written with pointers to what stands in the message already (RFC 1035, section 4.1.4).
 *
 * Always true: a pointer leads to the same octets, capitals included, so that no name changes its spelling; the first
 * place in the message wins. That is what the original does, so that replies have its lengths.
 */

const POINTER_BYTES = 2;
const POINTER_MAX = 0x3fff;

/** A name on the wire, and where its labels begin. */
export interface Name {
  readonly wire: Buffer;
  readonly starts: readonly number[];
}

/** A name that stands in the message: so many octets of it, and a pointer for the rest. */
export interface Standing extends Name {
  readonly at: number;
  readonly own: number;
}

/** The name in these octets, which end with the root's zero. */
export function nameIn(wire: Buffer): Name {
  const starts: number[] = [];
  for (let at = 0; at < wire.length - 1; at += 1 + (wire[at] ?? 0)) starts.push(at);
  return { wire, starts };
}

/** The name of a question, standing whole. */
export function standingIn(bytes: Buffer, at: number, end: number): Standing {
  return { ...nameIn(bytes.subarray(at, end)), at, own: end - at };
}

/** The size of a name after those that stand already, in octets. */
export function sizeOf(name: Name, standing: readonly Standing[]): number {
  const { own, pointer } = placeOf(name, standing);
  return pointer === undefined ? own : own + POINTER_BYTES;
}

/** Writes a name, adds it to those that stand, and returns where it ends. */
export function writeName(out: Buffer, at: number, name: Name, standing: Standing[]): number {
  const { own, pointer } = placeOf(name, standing);
  name.wire.copy(out, at, 0, own);
  if (own > 0) standing.push({ ...name, at, own });
  if (pointer === undefined) return at + own;
  out.writeUInt16BE(0xc000 | pointer, at + own);
  return at + own + POINTER_BYTES;
}

/** The octets of a name that are written out, and the target of the pointer for the rest. */
function placeOf(name: Name, standing: readonly Standing[]): { own: number; pointer: number | undefined } {
  for (const start of name.starts) {
    for (const known of standing) {
      const from = known.wire.length - (name.wire.length - start);
      const pointer = known.at + from;
      if (from < 0 || from >= known.own || pointer > POINTER_MAX || !known.starts.includes(from)) continue;
      if (endsAlike(name.wire, start, known.wire, from)) return { own: start, pointer };
    }
  }
  return { own: name.wire.length, pointer: undefined };
}

/** The octets of a name, from one of its labels on, that are the end of the name at an offset. */
export function commonEnd({ wire, starts }: Name, bytes: Buffer, at: number, end: number): number {
  for (const start of starts) {
    const from = end - (wire.length - start);
    if (from >= at && startsLabel(bytes, at, from) && endsAlike(wire, start, bytes, from))
      return wire.length - start;
  }
  return 0;
}

/** True when one of the labels of the name begins here. */
function startsLabel(bytes: Buffer, name: number, from: number): boolean {
  let at = name;
  while (at < from) at += 1 + (bytes[at] ?? 0);
  return at === from;
}

function endsAlike(left: Buffer, leftFrom: number, right: Buffer, rightFrom: number): boolean {
  for (let at = leftFrom, other = rightFrom; at < left.length; at++, other++)
    if (left[at] !== right[other]) return false;
  return true;
}
