/**
 * The hash in a task's canonical name: the first 25 bits of SHA-1 of the task id, as five letters of z-base-32 (`hashString` in
 * records/generator.go of Mesos-DNS). SHA-1 is written out here because core code uses no modules of the platform; nothing
 * secret depends on it.
 */

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const BLOCK_BYTES = 64;
/** Room for most ids; a longer one gets room of its own. */
const COMMON_BYTES = 4 * BLOCK_BYTES;

/** The hash of a task id: `iffe9` for `test`. */
export function taskHash(id: string): string {
  const word = sha1FirstWord(id);
  return (
    letter(word >>> 27) + letter(word >>> 22) + letter(word >>> 17) + letter(word >>> 12) + letter(word >>> 7)
  );
}

function letter(bits: number): string {
  return ALPHABET[bits & 31] ?? '';
}

// Used again for each id: there are very many. All of it is written before it is read.
const common = new Uint8Array(COMMON_BYTES);
const words = new Int32Array(80);
const state = new Int32Array(5);
const encoder = new TextEncoder();

/** The first 32 bits of the SHA-1 digest (FIPS 180-4). */
function sha1FirstWord(id: string): number {
  // A character takes up to three octets, the padding at least nine.
  const message = id.length * 3 + 9 > COMMON_BYTES ? new Uint8Array(id.length * 3 + 9 + BLOCK_BYTES) : common;
  const length = writeId(id, message);
  const size = Math.ceil((length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  message.fill(0, length, size);
  message[length] = 0x80;
  for (let index = 0, bits = length * 8; index < 5; index++, bits = Math.floor(bits / 256))
    message[size - 1 - index] = bits % 256;
  state.set(START);
  for (let offset = 0; offset < size; offset += BLOCK_BYTES) mixBlock(message, offset);
  return state[0] ?? 0;
}

const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/** Writes the id in UTF-8. Returns its length. */
function writeId(id: string, message: Uint8Array): number {
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index);
    if (code > 127) return encoder.encodeInto(id, message).written;
    message[index] = code;
  }
  return id.length;
}

function mixBlock(message: Uint8Array, offset: number): void {
  fillWords(message, offset);
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let i = 0;
  let next = 0;
  // One loop for each twenty rounds: a test in each round for its function would cost as much as the round.
  for (; i < 20; i++) {
    next = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + (words[i] ?? 0) + 0x5a827999) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; i < 40; i++) {
    next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + (words[i] ?? 0) + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; i < 60; i++) {
    next = (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + (words[i] ?? 0) - 0x70e44324) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; i < 80; i++) {
    next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + (words[i] ?? 0) - 0x359d3e2a) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = ((state[0] ?? 0) + a) | 0;
  state[1] = ((state[1] ?? 0) + b) | 0;
  state[2] = ((state[2] ?? 0) + c) | 0;
  state[3] = ((state[3] ?? 0) + d) | 0;
  state[4] = ((state[4] ?? 0) + e) | 0;
}

function fillWords(message: Uint8Array, offset: number): void {
  for (let index = 0, i = offset; index < 16; index++, i += 4) {
    words[index] =
      ((message[i] ?? 0) << 24) |
      ((message[i + 1] ?? 0) << 16) |
      ((message[i + 2] ?? 0) << 8) |
      (message[i + 3] ?? 0);
  }
  for (let i = 16; i < 80; i++) {
    const word = (words[i - 3] ?? 0) ^ (words[i - 8] ?? 0) ^ (words[i - 14] ?? 0) ^ (words[i - 16] ?? 0);
    words[i] = (word << 1) | (word >>> 31);
  }
}
