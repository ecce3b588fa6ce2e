/**
 * The framing of DNS over TCP: each message has its length in front (RFC 1035, section 4.2.2). Chunks in, messages out,
 * whatever the borders.
 */

/** The message with its length in front. */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 2);
  framed.writeUInt16BE(message.length, 0);
  message.copy(framed, 2);
  return framed;
}

export class FrameDecoder {
  /** The first octet of a length whose second one is missing. */
  private high: number | undefined;
  /** The message that is not complete, and the number of its octets that are there. */
  private message: Buffer | undefined;
  private filled = 0;

  /** Takes the next bytes and returns the messages they complete; never holds more than one unfinished message. */
  feed(chunk: Buffer): Buffer[] {
    const messages: Buffer[] = [];
    for (let offset = 0; offset < chunk.length; ) {
      if (!this.message) {
        const octet = chunk[offset++] ?? 0;
        if (this.high === undefined) this.high = octet;
        else this.begin(this.high * 256 + octet);
      }
      if (!this.message) continue;
      const copied = chunk.copy(this.message, this.filled, offset);
      offset += copied;
      this.filled += copied;
      if (this.filled < this.message.length) continue;
      messages.push(this.message);
      this.message = undefined;
    }
    return messages;
  }

  private begin(length: number): void {
    this.high = undefined;
    this.message = Buffer.allocUnsafe(length);
    this.filled = 0;
  }
}
