/**
 * The input and output of a program under a holder, by the socket of the holder's folder (see streams/client.c).
 *
 * In: the folder of a holder whose plan has a terminal or `io`. Out: what the program writes from now on, in its order.
 * Always true: whoever is attached last has the program; the one before is cut off. Nobody else reads the output while it
 * is paused, so that a program waits for a slow reader.
 */

import { closeSync, constants, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { WindowSize } from './held-program';

/** The longest piece of input that a holder takes at once. */
const PAYLOAD_MAX_BYTES = 4096;
const HEAD_BYTES = 5;

/** The stream to which a program has written a piece of its output. */
export type OutputName = 'stdout' | 'stderr';

export interface ProgramIoEvents {
  output(name: OutputName, data: Buffer): void;
  /** The program has ended, and all of its output was told; or its holder is gone. */
  ended(): void;
}

export class ProgramIo {
  private rest = Buffer.alloc(0);

  private constructor(
    private readonly socket: Socket,
    events: ProgramIoEvents,
  ) {
    socket.on('data', (chunk) => this.read(chunk, events));
    socket.on('error', () => undefined);
    socket.once('close', () => events.ended());
  }

  /** Attaches to the program of this holder's folder. Rejects with an error that has a `code` when nobody listens. */
  static async connect(folder: string, events: ProgramIoEvents): Promise<ProgramIo> {
    // The path of the socket may be longer than an address.
    const way = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    const socket = connect({ path: `/proc/self/fd/${way}/io` });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      });
      return new ProgramIo(socket, events);
    } finally {
      closeSync(way);
    }
  }

  /** Writes to the program's input; resolves when the holder has taken it. */
  async write(data: Buffer): Promise<void> {
    for (let offset = 0; offset < data.length; offset += PAYLOAD_MAX_BYTES)
      await this.send('i', data.subarray(offset, offset + PAYLOAD_MAX_BYTES));
  }

  /** Ends the program's input, unless that is a terminal. */
  endInput(): Promise<void> {
    return this.send('z', Buffer.alloc(0));
  }

  /** Changes the size of the program's terminal. */
  resize({ rows, columns }: WindowSize): Promise<void> {
    return this.send('w', Buffer.from(`${rows} ${columns}`));
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }

  private send(kind: string, payload: Buffer): Promise<void> {
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(kind, 'latin1');
    head.writeUInt32LE(payload.length, 1);
    return new Promise((resolve) => {
      // A program that has ended takes nothing, and nobody is wronged.
      if (!this.socket.writable) return resolve();
      this.socket.write(Buffer.concat([head, payload]), () => resolve());
    });
  }

  private read(chunk: Buffer, { output }: ProgramIoEvents): void {
    let rest = Buffer.concat([this.rest, chunk]);
    while (rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + rest.readUInt32LE(1);
      if (rest.length < end) break;
      output(rest.toString('latin1', 0, 1) === 'e' ? 'stderr' : 'stdout', rest.subarray(HEAD_BYTES, end));
      rest = rest.subarray(end);
    }
    this.rest = rest;
  }
}
