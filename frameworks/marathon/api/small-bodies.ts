/** Bodies that are neither apps, pods nor groups: ids of tasks and instances to kill, and a change of the level of the log. */

import { integer, listOf, object, oneOf, optional, type Reader, required, text } from './read';

export const readTaskIds: Reader<{ ids: readonly string[] }> = object<{ ids: readonly string[] }>({
  ids: required(listOf(text())),
});

export const readInstanceIds: Reader<readonly string[]> = listOf(text());

/** The levels of the original. */
export type LevelWord = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export interface LoggerChange {
  readonly level: LevelWord;
  readonly logger: string;
  readonly durationSeconds?: number | undefined;
}

export const readLoggerChange: Reader<LoggerChange> = object<LoggerChange>({
  level: required(oneOf('trace', 'debug', 'info', 'warn', 'error')),
  logger: required(text()),
  durationSeconds: optional(integer({ min: 0 })),
});
