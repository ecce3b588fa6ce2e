/**
 * The input and output of a container with a terminal, or of a session: shared by all who are attached to it (Mesos 1.11
 * src/slave/containerizer/mesos/io/switchboard.cpp).
 *
 * In: readers of the output, and one writer of the input at a time. Always true: every reader gets what is written from
 * its coming on; the program waits while a reader of a session is full.
 */

import type { WindowSize } from '../../runtime/holder/held-program';
import { type OutputName, ProgramIo } from '../../runtime/holder/program-io';

/** The refusal of a container that nobody can attach to, in the words of the original. */
export const NO_IO = 'I/O switchboard server was disabled for this container';

/** Reads the output of a container. */
export interface OutputReader {
  /** False when it cannot take more for now; it then says so by `resume` of its attachment. */
  write(name: OutputName, data: Buffer): boolean;
  /** The container has ended, and all of its output was told. */
  ended(): void;
}

/** A reader that is attached. */
export interface OutputAttachment {
  resume(): void;
  detach(): void;
}

/** Writes the input of a container. */
export interface InputWriter {
  /** Resolves when the container's holder has it, so that a program that does not read is not flooded. */
  write(data: Buffer): Promise<void>;
  end(): Promise<void>;
  resize(size: WindowSize): Promise<void>;
  /** Lets another one write. */
  release(): void;
  /** Resolves when the container has ended. */
  readonly ended: Promise<void>;
}

export class ContainerIo {
  private readonly readers = new Set<OutputReader>();
  private readonly full = new Set<OutputReader>();
  private hasWriter = false;
  private isClosed = false;
  private readonly ended: Promise<void>;
  private tellEnded: () => void = () => undefined;
  private io: ProgramIo | undefined;

  private constructor(private readonly closed: () => void) {
    this.ended = new Promise((resolve) => {
      this.tellEnded = resolve;
    });
  }

  /** Attaches to the program of this holder's folder; `closed` is called when nobody is attached any more. */
  static async connect(folder: string, closed: () => void): Promise<ContainerIo> {
    const container = new ContainerIo(closed);
    container.io = await ProgramIo.connect(folder, {
      output: (name, data) => container.pass(name, data),
      ended: () => container.end(),
    });
    return container;
  }

  /** Attaches a reader. Nothing was told before the first one when it comes without a pause after `connect`. */
  read(reader: OutputReader): OutputAttachment {
    this.readers.add(reader);
    return {
      resume: () => this.resume(reader),
      detach: () => {
        this.readers.delete(reader);
        this.resume(reader);
        this.closeUnused();
      },
    };
  }

  /** Takes the input; undefined when somebody else has it. */
  takeInput(): InputWriter | undefined {
    if (this.hasWriter) return undefined;
    this.hasWriter = true;
    return {
      write: async (data) => await this.io?.write(data),
      end: async () => await this.io?.endInput(),
      resize: async (size) => await this.io?.resize(size),
      release: () => {
        this.hasWriter = false;
        this.closeUnused();
      },
      ended: this.ended,
    };
  }

  private pass(name: OutputName, data: Buffer): void {
    for (const reader of [...this.readers]) if (!reader.write(name, data)) this.full.add(reader);
    if (this.full.size > 0) this.io?.pause();
  }

  private resume(reader: OutputReader): void {
    this.full.delete(reader);
    if (this.full.size === 0) this.io?.resume();
  }

  private closeUnused(): void {
    if (this.readers.size > 0 || this.hasWriter) return;
    this.close();
    this.io?.close();
  }

  /** Whoever comes now attaches anew. */
  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closed();
  }

  private end(): void {
    this.close();
    this.tellEnded();
    for (const reader of [...this.readers]) reader.ended();
    this.readers.clear();
  }
}
