/**
 * The bytes that JSON is delimited with, and the kinds of bytes inside and outside of texts.
 */

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;

/** The kind of bytes that need no handling. */
export const PLAIN = 0;
const OTHER = 1;

/**
 * The kind of each byte inside a text: plain, the end of the text, the beginning of an escape, or not printable ASCII.
 */
export const TEXT_KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === QUOTE || byte === BACKSLASH) return byte;
  return byte < 32 || byte > 126 ? OTHER : PLAIN;
});

/** The kind of each byte outside of texts: one that opens or closes a value, or plain. */
export const OUTER_KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  [QUOTE, OPEN_OBJECT, OPEN_LIST, CLOSE_OBJECT, CLOSE_LIST].includes(byte) ? byte : PLAIN,
);

/** True for a byte that ends a number or a word. */
export function endsScalar(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST || byte <= 0x20;
}
