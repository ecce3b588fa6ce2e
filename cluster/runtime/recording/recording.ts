/**
 * Recordings: a file with every event of a machine, to be replayed.
 *
 * The lines are `<check> <entry>`. The check is the SHA-256 of the entry, and each entry has the check of the
 * one before, so that a changed, missing or reordered line is found. The first entry has the machine and its
 * boot value, the next ones the stamped events, and the last one the hash of the state, when the process
 * ended in order.
 */

import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../files/make-folder';
import type { Recorder } from '../mailbox';
import { faithfulText, hashOf, readCanonical } from './canonical';

export const RECORDING_FORMAT = 1;

/** The size after which a recording notes that it is full and records no more. */
const RECORDING_MAX_BYTES = 4 * 1024 * 1024 * 1024;
const FLUSH_BYTES = 64 * 1024;

type Entry =
  | { readonly format: number; readonly machine: string; readonly boot: unknown }
  | { readonly event: unknown }
  | { readonly end: string }
  | { readonly full: true };

/** The check of a line: SHA-256 over its entry. */
function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export class FileRecorder implements Recorder {
  private readonly file: number;
  private previous = '';
  private pending: string[] = [];
  private pendingBytes = 0;
  private written = 0;
  private flushing: NodeJS.Immediate | undefined;
  private ended = false;

  /** Starts a new file, replacing one of that name. */
  constructor(path: string, start: { machine: string; boot: unknown }) {
    makeFolder(dirname(path));
    this.file = openSync(path, 'w', 0o600);
    fchmodSync(this.file, 0o600);
    this.append({ format: RECORDING_FORMAT, ...start });
  }

  event(event: unknown): void {
    if (this.ended || this.written > RECORDING_MAX_BYTES) return;
    this.append({ event });
    if (this.written > RECORDING_MAX_BYTES) this.append({ full: true });
  }

  async end(state: unknown): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    if (this.written <= RECORDING_MAX_BYTES) this.append({ end: hashOf(state) });
    this.flush();
    closeSync(this.file);
  }

  private append(entry: Entry): void {
    const text = faithfulText({ previous: this.previous, ...entry });
    this.previous = checkOf(text);
    const line = `${this.previous} ${text}\n`;
    this.pending.push(line);
    this.pendingBytes += line.length;
    this.written += line.length;
    if (this.pendingBytes > FLUSH_BYTES) this.flush();
    else this.flushing ??= setImmediate(() => this.flush());
  }

  private flush(): void {
    if (this.flushing) clearImmediate(this.flushing);
    this.flushing = undefined;
    if (this.pending.length > 0) writeSync(this.file, this.pending.join(''));
    this.pending = [];
    this.pendingBytes = 0;
  }
}

/** A recording as read back. `end` is missing when the process was killed. */
export interface Recording {
  readonly machine: string;
  readonly boot: unknown;
  readonly events: readonly unknown[];
  readonly end: string | undefined;
  /** A last line that was not written whole, as a killed process leaves it. It is left out. */
  readonly torn: boolean;
}

/** Thrown for a file that is not a recording or was changed; the text names the line. */
export class RecordingError extends Error {}

/** Reads and checks a recording's text. */
export function readRecording(text: string): Recording {
  const lines = text.split('\n');
  const torn = lines.pop() !== '';
  let previous = '';
  const entries = lines.map((line, index) => {
    const entry = readLine(line, index + 1, previous);
    previous = line.slice(0, line.indexOf(' '));
    return entry;
  });
  const [head, ...rest] = entries;
  if (head?.['format'] !== RECORDING_FORMAT || typeof head['machine'] !== 'string') {
    throw new RecordingError('line 1: not the start of a recording');
  }
  return {
    machine: head['machine'],
    boot: head['boot'],
    events: rest.filter((entry) => 'event' in entry).map((entry) => entry['event']),
    end: rest.map((entry) => entry['end']).find((end) => typeof end === 'string'),
    torn,
  };
}

function readLine(line: string, number: number, previous: string): Record<string, unknown> {
  const space = line.indexOf(' ');
  const check = line.slice(0, space);
  const text = line.slice(space + 1);
  if (space < 0 || checkOf(text) !== check)
    throw new RecordingError(`line ${number}: damaged, its check does not match`);
  const entry = readCanonical(text) as Record<string, unknown>;
  if (entry['previous'] !== previous)
    throw new RecordingError(`line ${number}: does not follow the line before it`);
  return entry;
}
