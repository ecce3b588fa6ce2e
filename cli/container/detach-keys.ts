/**
 * The keys that leave a container without ending it: Ctrl-P and then Ctrl-Q, as in the original's command line and in Docker.
 */

const FIRST = 0x10;
const SECOND = 0x11;

export interface Typed {
  /** The bytes that go to the container. */
  readonly data: Buffer;
  readonly isDetached: boolean;
}

export class DetachKeys {
  private hasFirst = false;

  /** The first key waits for the next one, and goes to the container unless that is the second. */
  type(chunk: Buffer): Typed {
    const bytes: number[] = [];
    for (const byte of chunk) {
      if (this.hasFirst && byte === SECOND) return { data: Buffer.from(bytes), isDetached: true };
      if (this.hasFirst) bytes.push(FIRST);
      this.hasFirst = byte === FIRST;
      if (!this.hasFirst) bytes.push(byte);
    }
    return { data: Buffer.from(bytes), isDetached: false };
  }
}
