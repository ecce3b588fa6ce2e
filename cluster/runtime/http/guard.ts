/**
 * From where an HTTP API may be used: from this machine unless told otherwise, and by no web page of another
 * origin.
 */

import { isIP } from 'node:net';
import { StartError } from '../lifecycle';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Whether an address can only be reached from this machine. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

export interface ListenRequest {
  readonly what: string;
  readonly address: string;
  /** The flag that sets the address, for the message. */
  readonly addressFlag: string;
  /** How authentication is turned on, for the message; undefined when this process has none. */
  readonly authenticationFlag?: string | undefined;
  readonly authenticated: boolean;
  readonly insecure: boolean;
}

/** Refuses to serve an address that others can reach without authentication, unless `--insecure` was given. */
export function checkListen(request: ListenRequest): void {
  if (isLoopback(request.address) || request.authenticated || request.insecure) return;
  const authentication = request.authenticationFlag ? `set ${request.authenticationFlag}, or ` : '';
  throw new StartError(
    `${request.what} will not listen on ${request.address} without authentication: others on the network could ` +
      `control it. To go on, ${authentication}keep to this machine with ${request.addressFlag} 127.0.0.1, ` +
      'or accept the risk with --insecure.',
  );
}

/**
 * Whether a browser sends this request on behalf of a page that is not ours: another origin, or a name that
 * was made to point at this machine (DNS rebinding). Programs send no Origin and are not concerned.
 */
export function isForeignPage(headers: { origin?: string | undefined; host?: string | undefined }): boolean {
  const { origin, host } = headers;
  if (origin === undefined || origin === '') return false;
  const name = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!name || name.host !== host) return true;
  const bare = name.hostname.replace(/^\[|\]$/g, '');
  return !(
    isIP(bare) ||
    bare === 'localhost' ||
    bare.endsWith('.localhost') ||
    !bare.includes('.') ||
    bare.endsWith('.mesos')
  );
}
