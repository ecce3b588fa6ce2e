/**
 * UUIDs of the wire: 16 bytes, as base64 in plain values.
 */

/**
 * The base64 of 16 bytes with a version from 1 to 5, the upper half of the seventh byte. Mesos takes nothing
 * else for a UUID (stout's UUID::fromBytes), and drops a status update without one.
 */
const UUID_BASE64 = /^[A-Za-z0-9+/]{8}[E-X][A-Za-z0-9+/]{13}==$/;

export function isUuidBase64(text: string | undefined): boolean {
  return text !== undefined && UUID_BASE64.test(text);
}

/** The 16 bytes of `6f8a...-...` in base64. */
export function uuidBase64(text: string): string {
  const hex = text.replaceAll('-', '');
  const bytes = Array.from({ length: 16 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
  return btoa(String.fromCharCode(...bytes));
}
