/**
 * DNS over TCP: each message has its length in front (RFC 1035, 4.2.2). Chunks in, messages out, whatever the borders.
 */

/** The message with its length in front. */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 2);
  framed.writeUInt16BE(message.length, 0);
  message.copy(framed, 2);
  return framed;
}

export class FrameDecoder {
  private held: Buffer = Buffer.alloc(0);

  /** Takes the next bytes and returns the messages they complete; never holds more than one unfinished message. */
  feed(chunk: Buffer): Buffer[] {
    const messages: Buffer[] = [];
    let rest = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE(0);
      if (rest.length < end) break;
      messages.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.held = Buffer.from(rest);
    return messages;
  }
}
