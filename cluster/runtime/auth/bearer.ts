/**
 * Bearer tokens (RFC 6750): signed tokens whose claims name the sender, and plain tokens from a file.
 */

import type { Principal } from '../../model/principal';
import type { Millis } from '../../model/time';
import type { AuthenticationResult, Authenticator } from './authenticator';
import { type Claims, readJwt } from './jwt';
import { ownerOf } from './secrets';

export interface BearerOptions {
  /** The key of signed tokens. */
  readonly key?: Buffer | undefined;
  /** Principal to plain token. */
  readonly tokens?: ReadonlyMap<string, string> | undefined;
  readonly now: () => Millis;
}

/** Checks bearer tokens. The challenge has the reason of a refusal, but never a part of the token. */
export function bearerAuthenticator({ key, tokens, now }: BearerOptions): Authenticator {
  return {
    scheme: 'Bearer',
    authenticate: (header, realm) => {
      if (header === undefined) return { kind: 'unknown', challenge: `Bearer realm="${realm}"` };
      const token = /^Bearer +(\S+)$/i.exec(header.trim())?.[1];
      if (token === undefined) return refuse(realm, "Malformed 'Authorization' header");
      const owner = tokens && ownerOf(tokens, token);
      if (owner !== undefined) return { kind: 'known', principal: { value: owner } };
      if (!key) return refuse(realm, 'Unknown token');
      const read = readJwt(token, key, now());
      if ('error' in read) return refuse(realm, `Invalid JWT: ${read.error}`);
      if (Object.keys(read.claims).length === 0) return refuse(realm, 'JWT claims missing');
      return { kind: 'known', principal: principalOf(read.claims) };
    },
  };
}

function refuse(realm: string, why: string): AuthenticationResult {
  const description = why.replaceAll('"', "'");
  const challenge = `Bearer realm="${realm}", error="invalid_token", error_description="${description}"`;
  return { kind: 'unknown', challenge };
}

/** The claims as texts. `sub` is the name; the tokens of executors have none. */
function principalOf(claims: Claims): Principal {
  const texts = Object.entries(claims).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const { sub } = claims;
  return { value: typeof sub === 'string' ? sub : undefined, claims: Object.fromEntries(texts) };
}
