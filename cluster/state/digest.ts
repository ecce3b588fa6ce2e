/**
 * Digests of a store's contents: the exclusive or of the hashes of all entries.
 *
 * Always true: the digest depends on the entries alone, not on the order in which they were written.
 */

import { createHash } from 'node:crypto';

/** 128 bits; the digest of no entries is 0n. */
export type Digest = bigint;

const DIGEST_BYTES = 16;

/** Hash of one entry: the first 128 bits of SHA-256 over the length of its name, its name and its bytes. */
export function entryDigest(name: string, entry: Buffer): Digest {
  const hash = createHash('sha256')
    .update(`${Buffer.byteLength(name)}:${name}`)
    .update(entry)
    .digest();
  return BigInt(`0x${hash.toString('hex', 0, DIGEST_BYTES)}`);
}

/** The digest as 32 hexadecimal digits. */
export function printDigest(digest: Digest): string {
  return digest.toString(16).padStart(DIGEST_BYTES * 2, '0');
}

/** The digest that printDigest wrote; undefined for anything else. */
export function readDigest(text: unknown): Digest | undefined {
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text) ? BigInt(`0x${text}`) : undefined;
}

/** A line with its SHA-256 at the end. The text has no line break. */
export function withChecksum(text: string): string {
  return `${text} ${sha256(text)}\n`;
}

/** The text of a line with a checksum; undefined when the line is not whole. Anything may follow the line. */
export function readChecksummed(line: string): string | undefined {
  const [, text, check] = /^([^\n]*) ([0-9a-f]{64})\n/.exec(line) ?? [];
  return text !== undefined && sha256(text) === check ? text : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
