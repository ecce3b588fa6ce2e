/**
 * Runs the operator's `--command` after the configuration was written: split as a shell would, run without one.
 */

import { execFile } from 'node:child_process';
import { withInheritedUmask } from '../../cluster/runtime/files/private';
import type { Logger } from '../../cluster/runtime/log';

const LIMIT_MS = 60_000;

/** Splits at blanks outside quotes. */
export function splitCommand(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_all, double, single) => double ?? single),
  );
}

/** Runs the command; a failure is logged. */
export function runCommand(command: string, log: Logger): Promise<void> {
  const [program = '', ...args] = splitCommand(command);
  return new Promise((resolve) => {
    const ended = (error: Error | null): void => {
      if (error) log.error({ command: program, error: error.message }, 'the command failed');
      else log.info({ command: program }, 'the command ran');
      resolve();
    };
    withInheritedUmask(() => execFile(program, args, { timeout: LIMIT_MS }, ended));
  });
}
