/**
 * The five letters in a task's canonical name: SHA-1 of the task id in z-base-32, the first 25 bits.
 * SHA-1 is written out here because core code uses no modules of the platform; nothing secret depends on it.
 */

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const BLOCK_BYTES = 64;

/** `iffe9` for the id `test`. */
export function taskHash(id: string): string {
  const word = sha1FirstWord(encoder.encode(id));
  return [27, 22, 17, 12, 7].map((shift) => ALPHABET[(word >>> shift) & 31]).join('');
}

/** The first 32 bits of the SHA-1 digest (FIPS 180-4). */
function sha1FirstWord(message: Uint8Array): number {
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) mixBlock(state, view, offset);
  return state[0] ?? 0;
}

function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = new Uint8Array(size);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(size - 8, Math.floor((message.length * 8) / 2 ** 32));
  view.setUint32(size - 4, (message.length * 8) >>> 0);
  return padded;
}

/** Used again for each block, and written whole before it is read. */
const words = new Uint32Array(80);
const encoder = new TextEncoder();

function mixBlock(state: Uint32Array, view: DataView, offset: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(offset + i * 4);
  for (let i = 16; i < 80; i++) {
    words[i] = rotate(
      (words[i - 3] ?? 0) ^ (words[i - 8] ?? 0) ^ (words[i - 14] ?? 0) ^ (words[i - 16] ?? 0),
      1,
    );
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let i = 0; i < 80; i++) {
    const next = (rotate(a, 5) + choose(i, b, c, d) + e + (words[i] ?? 0)) >>> 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
}

function choose(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0;
}
