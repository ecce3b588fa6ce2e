/**
 * The text of anything that was thrown.
 */

/** The message of an error; for another value its text. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
