/**
 * HTTP basic authentication (RFC 7617): principals and secrets of a credentials file.
 */

import type { Authenticator } from './authenticator';
import { sameSecret } from './secrets';

/** The secret of an unknown principal: the comparison takes as long as that of a known one. */
const NOBODY = '';

export function basicAuthenticator(secrets: ReadonlyMap<string, string>): Authenticator {
  return {
    scheme: 'Basic',
    authenticate: (header, realm) => {
      const pair = readBasic(header);
      const secret = pair && secrets.get(pair.principal);
      const same = sameSecret(secret ?? NOBODY, pair?.secret ?? NOBODY);
      if (pair && secret !== undefined && same)
        return { kind: 'known', principal: { value: pair.principal } };
      return { kind: 'unknown', challenge: `Basic realm="${realm}"` };
    },
  };
}

/** Reads `Basic <base64 of principal:secret>`. The secret may have colons. */
export function readBasic(
  header: string | undefined,
): { readonly principal: string; readonly secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header?.trim() ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { principal: text.slice(0, colon), secret: text.slice(colon + 1) };
}
