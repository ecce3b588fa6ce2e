/**
 * Names that are written with pointers to what stands in the message already (RFC 1035, section 4.1.4).
 *
 * Always true: a pointer leads to the same octets, capitals included, so that no name changes its spelling; the first
 * place in the message wins. That is what the original does, so that replies have its lengths.
 */

const POINTER_BYTES = 2;
const POINTER_MAX = 0x3fff;

/** A name on the wire, and where its labels begin. */
export interface EncodedName {
  readonly wire: Buffer;
  readonly starts: readonly number[];
}

/** A name that stands in the message: so many octets of it, and a pointer for the rest. */
export interface WrittenName extends EncodedName {
  readonly offset: number;
  readonly writtenBytes: number;
}

/** The name in these octets, which end with the root's zero. */
export function encodedName(wire: Buffer): EncodedName {
  const starts: number[] = [];
  for (let offset = 0; offset < wire.length - 1; offset += 1 + (wire[offset] ?? 0)) starts.push(offset);
  return { wire, starts };
}

/** The name of a question, standing whole. */
export function writtenNameIn(bytes: Buffer, offset: number, end: number): WrittenName {
  return { ...encodedName(bytes.subarray(offset, end)), offset, writtenBytes: end - offset };
}

/** The size of a name after those that stand already, in octets. */
export function compressedSize(name: EncodedName, writtenNames: readonly WrittenName[]): number {
  const { ownBytes, pointer } = splitAtWritten(name, writtenNames);
  return pointer === undefined ? ownBytes : ownBytes + POINTER_BYTES;
}

/** Writes a name, adds it to those that stand, and returns where it ends. */
export function writeName(
  out: Buffer,
  offset: number,
  name: EncodedName,
  writtenNames: WrittenName[],
): number {
  const { ownBytes, pointer } = splitAtWritten(name, writtenNames);
  name.wire.copy(out, offset, 0, ownBytes);
  if (ownBytes > 0) writtenNames.push({ ...name, offset, writtenBytes: ownBytes });
  if (pointer === undefined) return offset + ownBytes;
  out.writeUInt16BE(0xc000 | pointer, offset + ownBytes);
  return offset + ownBytes + POINTER_BYTES;
}

/** The octets of a name that are written out, and the target of the pointer for the rest. */
function splitAtWritten(
  name: EncodedName,
  writtenNames: readonly WrittenName[],
): { ownBytes: number; pointer: number | undefined } {
  for (const start of name.starts) {
    for (const earlier of writtenNames) {
      const from = earlier.wire.length - (name.wire.length - start);
      const pointer = earlier.offset + from;
      if (from < 0 || from >= earlier.writtenBytes || pointer > POINTER_MAX || !earlier.starts.includes(from))
        continue;
      if (sameOctetsFrom(name.wire, start, earlier.wire, from)) return { ownBytes: start, pointer };
    }
  }
  return { ownBytes: name.wire.length, pointer: undefined };
}

/** The octets of a name, from one of its labels on, that are the end of the name at an offset. */
export function commonSuffixBytes(
  { wire, starts }: EncodedName,
  bytes: Buffer,
  nameStart: number,
  end: number,
): number {
  for (const start of starts) {
    const from = end - (wire.length - start);
    if (from >= nameStart && isLabelStart(bytes, nameStart, from) && sameOctetsFrom(wire, start, bytes, from))
      return wire.length - start;
  }
  return 0;
}

/** True when one of the labels of the name begins here. */
function isLabelStart(bytes: Buffer, name: number, from: number): boolean {
  let offset = name;
  while (offset < from) offset += 1 + (bytes[offset] ?? 0);
  return offset === from;
}

function sameOctetsFrom(left: Buffer, leftFrom: number, right: Buffer, rightFrom: number): boolean {
  for (let index = leftFrom, other = rightFrom; index < left.length; index++, other++)
    if (left[index] !== right[other]) return false;
  return true;
}
