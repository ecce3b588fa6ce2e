/**
 * Authenticates the sender of a request in a realm.
 *
 * An authenticator knows one scheme. A realm may have several authenticators; the first one that knows the
 * sender decides. A sender who is refused learns which schemes there are, and nothing else.
 */

import type { Principal } from '../../model/principal';

export type AuthenticationResult =
  | { readonly kind: 'known'; readonly principal: Principal }
  /** The challenge for `WWW-Authenticate`, and a text for people. */
  | { readonly kind: 'unknown'; readonly challenge: string };

export interface Authenticator {
  readonly scheme: string;
  /** Checks the `Authorization` header of a request to this realm. */
  authenticate(header: string | undefined, realm: string): AuthenticationResult;
}

/** The authenticators of each realm. A realm without an entry is open. */
export type Realms = ReadonlyMap<string, readonly Authenticator[]>;

export type RealmResult =
  | { readonly kind: 'known'; readonly principal: Principal }
  | { readonly kind: 'unknown'; readonly challenges: string; readonly text: string };

const UNAUTHORIZED = '401 Unauthorized.';

/** Asks the authenticators of a realm one after the other (Mesos 1.11 combines several in this way). */
export function authenticate(
  authenticators: readonly Authenticator[],
  header: string | undefined,
  realm: string,
): RealmResult {
  const challenges: string[] = [];
  for (const authenticator of authenticators) {
    const result = authenticator.authenticate(header, realm);
    if (result.kind === 'known') return result;
    challenges.push(result.challenge);
  }
  const texts = authenticators.map(({ scheme }) => `"${scheme}" authenticator returned:\n${UNAUTHORIZED}`);
  const text = authenticators.length === 1 ? UNAUTHORIZED : texts.join('\n\n');
  return { kind: 'unknown', challenges: challenges.join(','), text };
}
