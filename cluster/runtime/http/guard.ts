/**
 * Refuses to listen beyond this machine without authentication.
 */

import { StartError } from '../lifecycle';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** True for an address that can only be reached from this machine. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

export interface ListenRequest {
  readonly what: string;
  readonly address: string;
  /** The flag that sets the address, for the message. */
  readonly addressFlag: string;
  /** The flag that turns authentication on, for the message; undefined when this process has none. */
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
