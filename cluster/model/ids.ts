/**
 * Checks identifiers that frameworks choose. They become names of files, so their characters are limited.
 */

const MAX_BYTES = 255;
const encoder = new TextEncoder();

/** The error in an identifier, in Mesos' words (src/common/validation.cpp), or undefined. */
export function idError(id: string): string | undefined {
  if (id === '') return 'ID must not be empty';
  if (isLonger(id, MAX_BYTES)) return 'ID must not be greater than 255 characters';
  if (id === '.' || id === '..') return `'${id}' is disallowed`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (/[\u0000-\u001f\u007f/\\]/.test(id)) return `'${id}' contains invalid characters`;
  return undefined;
}

/** True for a text of more bytes in UTF-8. Most texts are so short that they need not be encoded to know. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false;
  return text.length > bytes || encoder.encode(text).length > bytes;
}
