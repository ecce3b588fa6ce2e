/**
 * The log flags of master and agent, with the names of the originals.
 *
 * Lines go to standard error and, with `--log_dir`, to a file that `/files` shows.
 */

import { join, resolve } from 'node:path';
import type { LogOptions } from '../log';
import { choice, integer, path, text, toggle, type Values } from './flags';

export const logFlags = {
  log_dir: text({ help: 'folder of the log file; without it there is only standard error', value: 'PATH' }),
  logging_level: choice({
    help: 'least severe lines that are logged',
    words: ['INFO', 'WARNING', 'ERROR'],
    fallback: 'INFO',
  }),
  quiet: toggle({ help: 'log nothing to standard error', fallback: false }),
  external_log_file: path({ help: 'file that something else writes our standard error to, for /files' }),
  logbufsecs: integer({
    help: 'without effect: each line is written at once',
    fallback: 0,
    min: 0,
    max: 1_000_000,
  }),
};

type LogFlags = Values<typeof logFlags>;

const LEVELS = { INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;

/** The options of a logger from the flags. The name is the program's, such as `mesos-master`. */
export function logOptions(flags: LogFlags, name: string): LogOptions {
  return {
    level: LEVELS[flags.logging_level],
    file: flags.log_dir === undefined ? undefined : ownFile(flags.log_dir, name),
    stderr: !flags.quiet,
  };
}

/** The log file: our own, or the one that `--external_log_file` names. */
export function logFileOf(flags: LogFlags, name: string): string | undefined {
  if (flags.external_log_file !== undefined) return resolve(flags.external_log_file);
  return flags.log_dir === undefined ? undefined : ownFile(flags.log_dir, name);
}

function ownFile(folder: string, name: string): string {
  return join(resolve(folder), `${name}.INFO`);
}
