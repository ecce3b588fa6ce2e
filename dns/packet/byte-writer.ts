/**
 * A writer for dns2's encoders that keeps bytes. The one of dns2 keeps single bits and copies the message for each record,
 * which makes long messages quadratic; the bytes are the same.
 */

const START_BYTES = 128;

export class ByteWriter {
  /** A member of dns2's type that its encoders do not touch. */
  readonly buffer: number[] = [];
  private bytes = Buffer.alloc(START_BYTES);
  private bits = 0;

  /** Appends the lowest bits of a value. */
  write(value: number, bits: number): void {
    this.grow(bits);
    if (((this.bits | bits) & 7) === 0) {
      for (let shift = bits - 8; shift >= 0; shift -= 8) {
        this.bytes[this.bits >> 3] = (value >>> shift) & 255;
        this.bits += 8;
      }
      return;
    }
    for (let shift = bits - 1; shift >= 0; shift--) {
      this.setBit(this.bits, (value >>> shift) & 1);
      this.bits++;
    }
  }

  writeBuffer(other: { toBuffer(): Buffer }): void {
    for (const byte of other.toBuffer()) this.write(byte, 8);
  }

  bitLength(): number {
    return this.bits;
  }

  byteLength(): number {
    return this.bits / 8;
  }

  /** Overwrites bits that were written before. */
  patch(offset: number, value: number, bits: number): void {
    for (let i = 0; i < bits; i++) this.setBit(offset + i, (value >>> (bits - 1 - i)) & 1);
  }

  /** The bytes so far: a view, since dns2 asks after every record. */
  toBuffer(): Buffer {
    return this.bytes.subarray(0, Math.ceil(this.bits / 8));
  }

  private setBit(bitOffset: number, bit: number): void {
    const mask = 0x80 >>> (bitOffset & 7);
    const byte = this.bytes[bitOffset >> 3] ?? 0;
    this.bytes[bitOffset >> 3] = bit === 1 ? byte | mask : byte & ~mask;
  }

  private grow(bits: number): void {
    const needed = (this.bits + bits + 7) >> 3;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger);
    this.bytes = larger;
  }
}
