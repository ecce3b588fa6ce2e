/**
 * Task ids: `ct:MILLIS:ATTEMPT:NAME:ARGUMENTS`.
 *
 * Mesos takes ids of at most 255 bytes without `/`, `\` and control characters, so the arguments are cleaned and cut here;
 * the run has them whole. The original passes them on, and such a job never runs.
 */

import type { Millis } from '../../../../cluster/model/time';

export interface TaskIdParts {
  readonly millis: Millis;
  readonly attempt: number;
  readonly name: string;
  readonly arguments: string;
}

const BYTES_MAX = 255;

export function printTaskId({ millis, attempt, name, arguments: text }: TaskIdParts): string {
  const head = `ct:${millis}:${attempt}:${name}:`;
  return head + cutBytes(cleaned(text), BYTES_MAX - bytesOf(head));
}

/** The original removes semicolons. Halves of a character (surrogates) are in no UTF-8, so the master would not keep them. */
function cleaned(text: string): string {
  return text.replaceAll(';', '').replace(/[/\\\p{Cc}\p{Cs}]/gu, '_');
}

/** The start of a text that has so many bytes at most; no character is cut in two. */
function cutBytes(text: string, most: number): string {
  let size = 0;
  let end = 0;
  for (const character of text) {
    size += bytesOf(character);
    if (size > most) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The length in UTF-8. */
function bytesOf(text: string): number {
  let size = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return size;
}

/** The names of both bases, as they may stand in ids of earlier tasks. */
const TASK_ID = /^ct:(\d+):(\d+):([\w.#\s-]+):?(.*)$/s;

/** Reads an id; undefined for one of another form. */
export function readTaskId(text: string): TaskIdParts | undefined {
  const match = TASK_ID.exec(text);
  if (match === null) return undefined;
  const [, millis, attempt, name = '', rest = ''] = match;
  return { millis: Number(millis), attempt: Number(attempt), name, arguments: rest };
}

/** Ids of one job must differ, so no two of them have the same time. */
export function taskMillis(now: Millis, previous: Millis | undefined): Millis {
  return previous === undefined ? now : Math.max(now, previous + 1);
}
