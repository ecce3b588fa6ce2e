/**
 * The bytes that give JSON its form.
 */

export const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
export const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** A byte that nothing special is to be done about. */
export const PLAIN = 0;
const OTHER = 1;

/**
 * The kind of each byte inside a text: plain, its end, the beginning of an escape, or one that is no ASCII
 * letter or sign.
 */
export const TEXT_KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === QUOTE || byte === BACKSLASH) return byte;
  return byte < 32 || byte > 126 ? OTHER : PLAIN;
});

/** The kind of each byte outside of texts: one that opens or closes something, or plain. */
export const OUTER_KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  [QUOTE, OPEN_OBJECT, OPEN_LIST, CLOSE_OBJECT, CLOSE_LIST].includes(byte) ? byte : PLAIN,
);

/** True for a byte that ends a number or a word. */
export function endsScalar(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST || byte <= 0x20;
}
