/**
 * Logs as JSON lines, by pino. Secrets never go into a log line: pass what is needed, not whole requests.
 */

import pino from 'pino';
import type { Level } from '../model/event';

/** The part of a logger that we use: fields first, then the text. */
export interface Logger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
  /** A logger that adds these fields to each line. */
  child(fields: Record<string, string>): Logger;
}

export interface LogOptions {
  readonly level?: Level;
  /** A file to append to. Without it lines go to standard error. */
  readonly file?: string;
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

/** A logger that writes each line before it returns, so that the last line before a crash is there. */
export function createLogger({ level = 'info', file }: LogOptions = {}): Logger {
  const destination = pino.destination({ dest: file ?? 2, sync: true, mkdir: true, append: true });
  return pino(
    { level, redact: REDACTED, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
