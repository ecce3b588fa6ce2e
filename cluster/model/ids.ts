/**
 * Identifiers that frameworks choose. They become names of files, so what they may hold is limited.
 */

/** What is wrong with an identifier, in Mesos' words (src/common/validation.cpp), or undefined. */
export function idError(id: string): string | undefined {
  if (id === '') return 'ID must not be empty';
  if (new TextEncoder().encode(id).length > 255) return 'ID must not be greater than 255 characters';
  if (id === '.' || id === '..') return `'${id}' is disallowed`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (/[\u0000-\u001f\u007f/\\]/.test(id)) return `'${id}' contains invalid characters`;
  return undefined;
}
