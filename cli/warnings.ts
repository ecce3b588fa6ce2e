/**
 * A logger for commands that do their work in this process: its warnings are lines on the terminal of the user.
 */

import { type Logger, silentLogger } from '../cluster/runtime/log';
import type { Terminal } from './command';

export function warningsTo(terminal: Pick<Terminal, 'err'>): Logger {
  const print = (fields: object, text: string): void => {
    const parts = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
    terminal.err(`${text}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}\n`);
  };
  return { ...silentLogger, warn: print, error: print };
}
