/**
 * A probe for TLS, for a server that hangs up on plain HTTP.
 */

import { connect } from 'node:tls';

const PROBE_MS = 2000;

/** Tries a TLS handshake with the server of a URL; false when it does not come about in two seconds. */
export function speaksTls({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    // Nothing is sent, so the certificate does not matter.
    const socket = connect({ host, port: number, rejectUnauthorized: false });
    const finish = (speaks: boolean): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(speaks);
    };
    const limit = setTimeout(() => finish(false), PROBE_MS);
    socket.once('secureConnect', () => finish(true));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      // An alert belongs to TLS, such as the demand for a certificate of ours.
      finish(/alert/i.test(error.message) || error.code?.includes('ALERT') === true),
    );
    socket.once('close', () => finish(false));
  });
}
