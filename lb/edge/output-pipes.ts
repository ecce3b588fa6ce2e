/**
 * Reads HAProxy's standard output and standard error from named pipes, so that HAProxy can outlive the load balancer.
 *
 * HAProxy itself holds both ends of the pipes open. While nobody reads them they fill, and HAProxy drops lines instead of
 * waiting or ending; the next load balancer reads on.
 */

import { execFileSync } from 'node:child_process';
import { constants, lstatSync, openSync, rmSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';

/** Opening for reading and writing keeps a reader as long as HAProxy lives. */
const FLAGS = constants.O_RDWR | constants.O_NONBLOCK;

type Listener = (chunk: Buffer) => void;

interface PipePaths {
  readonly log: string;
  readonly errors: string;
}

export class OutputPipes {
  private readonly readers: Socket[] = [];

  constructor(
    private readonly paths: PipePaths,
    private readonly listeners: { readonly log: Listener; readonly errors: Listener },
    private readonly log: Logger,
  ) {}

  /**
   * Calls `spawn` with the pipes' descriptors and reads what the child writes. Node makes descriptors of a child blocking;
   * reading from the same ones makes them non-blocking again, for HAProxy too, which must not wait for a reader.
   */
  spawnWith<T>(spawn: (stdio: readonly [number | 'ignore', number | 'ignore']) => T): T {
    this.stop();
    const log = this.openPipe(this.paths.log);
    const errors = this.openPipe(this.paths.errors);
    const child = spawn([log, errors]);
    if (typeof log === 'number') this.readFrom(log, this.listeners.log);
    if (typeof errors === 'number') this.readFrom(errors, this.listeners.errors);
    return child;
  }

  /** Reads the output of a running HAProxy. The process's own descriptors come first: the pipe's file may be gone. */
  adopt(pid: number): void {
    this.stop();
    this.adoptOne([`/proc/${pid}/fd/1`, this.paths.log], this.listeners.log);
    this.adoptOne([`/proc/${pid}/fd/2`, this.paths.errors], this.listeners.errors);
  }

  /** Reads from the first of these paths that can be opened. A program with file capabilities hides its descriptors. */
  private adoptOne(paths: readonly string[], listener: Listener): void {
    for (const path of paths) {
      try {
        if (statSync(path).isFIFO()) return this.readFrom(openSync(path, FLAGS), listener);
      } catch (error) {
        this.log.debug({ path, error: errorText(error) }, "HAProxy's output cannot be read");
      }
    }
  }

  stop(): void {
    for (const reader of this.readers.splice(0)) reader.destroy();
  }

  private openPipe(path: string): number | 'ignore' {
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      const usable = stats?.isFIFO() === true && stats.uid === process.geteuid?.();
      if (!usable) {
        rmSync(path, { force: true });
        execFileSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
      }
      return openSync(path, FLAGS);
    } catch (error) {
      const fields = { path, error: errorText(error) };
      this.log.warn(fields, "HAProxy's output cannot be read: there is no pipe for it");
      return 'ignore';
    }
  }

  private readFrom(descriptor: number, listener: Listener): void {
    const reader = new Socket({ fd: descriptor, readable: true, writable: false });
    reader.on('data', listener);
    reader.on('error', (error) => this.log.debug({ error: error.message }, "HAProxy's output ended"));
    reader.unref();
    this.readers.push(reader);
  }
}
