/**
 * The last time at which a server is known to have heard a connection, by what was sent and what came back.
 *
 * A session goes on for its timeout from when the server heard it, and an answer may have been under way for long. So the
 * time of an answer says nothing: that of what it answers does.
 *
 * Always true: the time is never after the server's own, in whatever order it answers. As many packets as there are
 * answers were heard, and so the one of that number, or a later one.
 */

/** The number in the header of a frame that answers nothing: a watch was triggered. */
const NOTIFICATION = -1;
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 4;

export class Hearing {
  /** The times at which packets without an answer were sent, in order. */
  private readonly unanswered: number[] = [];
  /** The start of a frame, until its number is there. */
  private head: Buffer = Buffer.alloc(0);
  /** Bytes of a frame that are still to come. */
  private rest = 0;
  private isSessionBegun = false;
  private heard: number | undefined;

  /** Undefined before the first answer. */
  get heardAt(): number | undefined {
    return this.heard;
  }

  /** A packet is sent. */
  sent(now: number): void {
    this.unanswered.push(now);
  }

  /** Bytes have come, which may end within a frame. */
  received(bytes: Buffer): void {
    let unread = bytes;
    while (unread.length > 0) {
      const passed = Math.min(this.rest, unread.length);
      this.rest -= passed;
      unread = this.readHead(unread.subarray(passed));
    }
  }

  /** Reads the length and the number of a frame as far as they are there; what comes after them. */
  private readHead(bytes: Buffer): Buffer {
    const wanted = LENGTH_BYTES + NUMBER_BYTES - this.head.length;
    this.head = Buffer.concat([this.head, bytes.subarray(0, wanted)]);
    if (this.head.length < LENGTH_BYTES + NUMBER_BYTES) return Buffer.alloc(0);
    this.rest = Math.max(0, this.head.readInt32BE(0) - NUMBER_BYTES);
    this.answered(this.head.readInt32BE(LENGTH_BYTES));
    this.head = Buffer.alloc(0);
    return bytes.subarray(wanted);
  }

  /** The first frame of a connection has no number: it answers the request for a session. */
  private answered(number: number): void {
    const isNotification = this.isSessionBegun && number === NOTIFICATION;
    this.isSessionBegun = true;
    if (!isNotification) this.heard = this.unanswered.shift() ?? this.heard;
  }
}
