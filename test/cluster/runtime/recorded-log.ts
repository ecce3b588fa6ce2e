/**
 * A log that keeps its lines, for tests that ask whether something was said.
 */

import type { Logger } from '../../../cluster/runtime/log';

export interface LogLine {
  readonly level: string;
  readonly text: string;
  readonly fields: object;
}

export function keepingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const logAt =
    (level: string) =>
    (fields: object, text: string): void => {
      lines.push({ level, text, fields });
    };
  const log = {
    debug: logAt('debug'),
    info: logAt('info'),
    warn: logAt('warn'),
    error: logAt('error'),
    lines,
  };
  return { ...log, child: () => ({ ...log, child: () => log as never }) };
}
