/**
 * The text of anything that was thrown.
 */

/**
 * The message of an error; for another value its text. `instanceof` would miss errors of other realms, such as those of
 * Node's own modules in a test.
 */
export function errorText(error: unknown): string {
  const message: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : undefined;
  return typeof message === 'string' ? message : String(error);
}
