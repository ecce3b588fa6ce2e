/**
 * UUIDs as the wire has them: 16 bytes, in plain values as base64.
 */

/** The 16 bytes of `6f8a...-...` in base64. */
export function uuidBase64(text: string): string {
  const hex = text.replaceAll('-', '');
  const bytes = Array.from({ length: 16 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
  return btoa(String.fromCharCode(...bytes));
}
