/**
 * The logger: JSON lines, by pino.
 *
 * Secrets never go into a log line: pass what is needed, not whole requests.
 */

import { dirname } from 'node:path';
import pino from 'pino';
import { errorText } from '../model/error-text';
import type { Level } from '../model/event';
import { escapeControlsInJson } from './escape-controls';
import { makeFolder } from './files/make-folder';
import { StartError } from './lifecycle';

/** The part of a logger that we use: fields first, then the text. */
export interface Logger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
  /** A logger that adds these fields to each line. */
  child(fields: Record<string, string>): Logger;
}

/** A logger whose level can be changed while it runs. */
export interface TunableLogger extends Logger {
  /** Logs from this level on; without one from the first level. Loggers that `child` made before keep theirs. */
  setLevel(level: Level | undefined): void;
}

/** Changes the level of a logger whose level can be changed. */
export function setLogLevel(log: Logger, level: Level | undefined): void {
  if ('setLevel' in log) (log as TunableLogger).setLevel(level);
}

export interface LogOptions {
  readonly level?: Level;
  /** A file to append to. Without it lines go to standard error. */
  readonly file?: string | undefined;
  /** True when lines go to standard error; by default, when there is no file. */
  readonly stderr?: boolean;
}

const REDACTED = [
  'password',
  'secret',
  'token',
  'authorization',
  '*.password',
  '*.secret',
  '*.authorization',
];

/** Characters that wait for room on a full disk; further ones are lost. */
const UNWRITTEN_MAX = 1_000_000;

/** A logger that writes each line before it returns, so that the last line before a crash is there. */
export function createLogger({ level = 'info', file, stderr }: LogOptions = {}): TunableLogger {
  const places: (string | number)[] = [
    ...((stderr ?? file === undefined) ? [2] : []),
    ...(file === undefined ? [] : [file]),
  ];
  if (file !== undefined) makeLogFolder(file);
  // The level is the logger's and not the streams', so that it can be changed in one place.
  const streams = places.map((dest) => {
    const stream = pino.destination({
      dest,
      sync: true,
      append: true,
      mode: 0o600,
      maxLength: UNWRITTEN_MAX,
    });
    // A full disk costs lines, not the process; they are written once there is room again.
    stream.on('error', () => undefined);
    return { level: 'trace' as const, stream: readable(stream) };
  });
  const logger = pino(
    { level, redact: REDACTED, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams),
  );
  const setLevel = (wanted: Level | undefined): void => {
    logger.level = wanted ?? level;
  };
  return Object.assign(logger, { setLevel });
}

function makeLogFolder(file: string): void {
  try {
    makeFolder(dirname(file), LOG_FOLDER);
  } catch (error) {
    throw new StartError(`the log ${file} cannot be written: ${errorText(error)}; name another folder`);
  }
}

/** The mode of a new log folder: log files are private, but other programs may have theirs in it. */
const LOG_FOLDER = 0o755;

/** Escapes control characters: lines may have texts of peers and are read in terminals. */
function readable(destination: { write(line: string): unknown }): { write(line: string): void } {
  return { write: (line) => void destination.write(escapeControlsInJson(line)) };
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
