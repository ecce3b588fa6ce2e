/**
 * Compares secrets in constant time.
 */

import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two texts in a time that does not depend on where they differ. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** The name that has this secret. Every entry is compared, so that the time does not tell which came close. */
export function ownerOf(secrets: ReadonlyMap<string, string>, candidate: string): string | undefined {
  let owner: string | undefined;
  for (const [name, secret] of secrets) if (sameSecret(secret, candidate)) owner ??= name;
  return owner;
}
