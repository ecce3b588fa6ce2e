/**
 * Definitions of apps and pods in files, with checks before they are sent.
 */

import { StartError } from '../../cluster/runtime/lifecycle';
import { hintFor } from '../../frameworks/kit/api/unknown-member';
import { readAppUpdate } from '../../frameworks/marathon/api/app-update';
import { newReading, type Reader } from '../../frameworks/marathon/api/read';

/** Refuses fields that Marathon would ignore: they may be misspelt. */
export function refuseUnknownFields(
  body: unknown,
  file: string,
  read: Reader<unknown> = readAppUpdate,
): void {
  const reading = newReading();
  read(body, '', reading);
  const hints = reading.unknown.map(hintFor);
  if (hints.length > 0) {
    throw new StartError(
      `${file}: ${hints.join('\n  ')}\nMend it, or send it as it is with --ignore-unknown.`,
    );
  }
}

/** The id that a definition names. A StartError without one. */
export function idIn(body: unknown, file: string, noun: 'app' | 'pod' = 'app'): string {
  if (Array.isArray(body)) throw new StartError(`${file} has a list: give one ${noun} in each file`);
  const id = body !== null && typeof body === 'object' && 'id' in body ? body.id : undefined;
  if (typeof id !== 'string' || id === '')
    throw new StartError(`${file} names no ${noun}: give it a field "id", such as "/web"`);
  return `/${id.replace(/^\/+/, '')}`;
}
