/**
 * CRAM-MD5 (RFC 2195), by which drivers and agents authenticate over libprocess.
 *
 * The server sends a challenge that is never used again. The client answers with its name and a digest of the
 * challenge under its secret.
 */

import { createHmac, randomBytes } from 'node:crypto';
import type { Millis } from '../../model/time';
import { sameSecret } from './secrets';

export const MECHANISM = 'CRAM-MD5';

/** A challenge, different each time. */
export function makeChallenge(host: string, now: Millis): string {
  return `<${randomBytes(16).toString('hex')}.${Math.floor(now / 1000)}@${host}>`;
}

/** The answer to a challenge: `name digest`. */
export function answerChallenge(principal: string, secret: string, challenge: string): string {
  return `${principal} ${digest(secret, challenge)}`;
}

/**
 * The principal of an answer; undefined when the digest is wrong or the principal unknown. A name may have
 * blanks.
 */
export function readAnswer(
  secrets: ReadonlyMap<string, string>,
  challenge: string,
  answer: string,
): string | undefined {
  const cut = answer.lastIndexOf(' ');
  const principal = answer.slice(0, Math.max(0, cut));
  const secret = secrets.get(principal);
  const isRight = sameSecret(digest(secret ?? '', challenge), answer.slice(cut + 1));
  return secret !== undefined && isRight ? principal : undefined;
}

function digest(secret: string, challenge: string): string {
  return createHmac('md5', secret).update(challenge).digest('hex');
}
