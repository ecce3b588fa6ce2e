/**
 * Compresses names: writes them with pointers to names that stand in the message already (RFC 1035, section 4.1.4).
 *
 * Always true: a pointer leads to the same octets, capitals included, so that no name changes its spelling; the first
 * fitting name in the message wins. So does the original, so that replies have the same lengths.
 */

const POINTER_BYTES = 2;
const POINTER_MAX = 0x3fff;

/** A name on the wire, and the offsets of its labels. */
export interface EncodedName {
  readonly wire: Buffer;
  readonly starts: readonly number[];
}

/** A name in the message: its offset, and the number of its octets before a pointer takes over. */
export interface WrittenName extends EncodedName {
  readonly offset: number;
  readonly writtenBytes: number;
}

/** The name of these octets, which end with the zero of the root. */
export function encodedName(wire: Buffer): EncodedName {
  const starts: number[] = [];
  for (let offset = 0; offset < wire.length - 1; offset += 1 + (wire[offset] ?? 0)) starts.push(offset);
  return { wire, starts };
}

/** A name in the message that is written out. */
export function writtenNameIn(bytes: Buffer, offset: number, end: number): WrittenName {
  return { ...encodedName(bytes.subarray(offset, end)), offset, writtenBytes: end - offset };
}

/** The octets that a name takes after those that are written already. */
export function compressedSize(name: EncodedName, writtenNames: readonly WrittenName[]): number {
  const { ownBytes, pointer } = splitAtWritten(name, writtenNames);
  return pointer === undefined ? ownBytes : ownBytes + POINTER_BYTES;
}

/** Writes a name, adds it to the written names, and returns its end. */
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

/** The number of octets of a name that are written out, and the target of the pointer for the rest. */
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

/** The number of octets that the end of a name has in common with the name at an offset; it begins with a label. */
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

/** True when one of the labels of the name begins at `from`. */
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
