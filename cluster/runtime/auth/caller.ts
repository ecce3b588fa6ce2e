/**
 * The flags by which client commands show who they are, and whose certificates they trust; the header and the trust of them.
 *
 * Each can be a variable or a file (`file://PATH`), so that no secret need be an argument, which others on the machine see.
 * Always true: certificates are checked.
 */

import { readFileSync } from 'node:fs';
import { errorText } from '../../model/error-text';
import { refusedSwitches } from '../config/classes';
import { path, text } from '../config/flags';
import type { PeerTrust } from '../http/client';
import { StartError } from '../lifecycle';

/** The credentials of a caller, and the file of the authority that they trust. */
export interface Caller {
  /** user:password for HTTP basic. */
  readonly credentials?: string | undefined;
  /** A bearer token; it counts before credentials. */
  readonly token?: string | undefined;
  /** PEM file of certificate authorities, instead of those that the machine knows. */
  readonly ca?: string | undefined;
}

/** The flags for a server, such as `the master` with variables that begin with `MESETA_MASTER`. */
export function callerFlags(server: string, prefix: string) {
  return {
    credentials: text({
      help: `user:password for ${server}, or file://PATH`,
      env: `${prefix}_CREDENTIALS`,
      secret: true,
    }),
    ...tokenFlags(server, prefix),
  };
}

/** The same without user and password, for commands that have them by other names. */
export function tokenFlags(server: string, prefix: string) {
  return {
    token: text({ help: `bearer token for ${server}, or file://PATH`, env: `${prefix}_TOKEN`, secret: true }),
    ca: path({
      help: 'PEM file of the certificate authority of https:// servers, instead of those that the machine knows',
      env: 'MESETA_CA',
    }),
    ...refusedSwitches(
      'certificates are always checked; name the file of the authority with --ca',
      'insecure',
    ),
  };
}

/** The header that shows who asks. */
export function authorizationOf({ token, credentials }: Caller): Readonly<Record<string, string>> {
  if (token !== undefined && token !== '') return { authorization: `Bearer ${token.trim()}` };
  if (credentials === undefined) return {};
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** The trust in servers; that of the machine without a file. Fails with a StartError that names the file. */
export function trustOf({ ca }: Pick<Caller, 'ca'>): PeerTrust | undefined {
  if (ca === undefined || ca === '') return undefined;
  try {
    const pem = readFileSync(ca);
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return { ca: [pem] };
  } catch (error) {
    throw new StartError(`--ca: ${ca} cannot be read: ${errorText(error)}`);
  }
  throw new StartError(`--ca: ${ca} has no certificate in PEM`);
}
