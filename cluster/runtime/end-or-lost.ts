/**
 * The end of a program or container as its promise tells it; one whose promise rejects is lost, which is an end, too.
 *
 * Always true: the result never rejects, so that the loss of one program does not end the whole process.
 */

import { errorText } from '../model/error-text';
import type { Logger } from './log';

/** Resolves with the end, or with undefined for a program that is lost, which is logged with these fields. */
export async function endOrLost<End>(
  ended: Promise<End>,
  log: Logger,
  fields: Readonly<Record<string, unknown>>,
): Promise<End | undefined> {
  try {
    return await ended;
  } catch (error) {
    log.error(
      { ...fields, error: errorText(error) },
      'the end of a program cannot be told; it counts as lost',
    );
    return undefined;
  }
}
