/**
 * Certificates for tests, by a real openssl: an authority, a pair it signed, and a pair it did not.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'meseta-tls-'));
  readonly ca = this.path('ca.crt');
  readonly key = this.path('server.key');
  readonly cert = this.path('server.crt');
  readonly strangerKey = this.path('stranger.key');
  readonly strangerCert = this.path('stranger.crt');

  constructor() {
    const days = ['-days', '2'];
    const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const self = (key: string, cert: string, name: string): void =>
      this.openssl('req', '-x509', ...fresh, '-keyout', key, '-out', cert, '-subj', `/CN=${name}`, ...days);
    self(this.path('ca.key'), this.ca, 'test authority');
    self(this.strangerKey, this.strangerCert, 'stranger');
    this.openssl('req', ...fresh, '-keyout', this.key, '-out', this.path('csr'), '-subj', '/CN=localhost');
    writeFileSync(this.path('ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const signer = ['-CA', this.ca, '-CAkey', this.path('ca.key'), '-CAcreateserial'];
    this.openssl(
      'x509',
      '-req',
      '-in',
      this.path('csr'),
      ...signer,
      '-out',
      this.cert,
      '-extfile',
      this.path('ext'),
      ...days,
    );
  }

  /** The environment of a process that uses the pair. */
  env(more: Record<string, string> = {}): Record<string, string> {
    const files = { LIBPROCESS_SSL_KEY_FILE: this.key, LIBPROCESS_SSL_CERT_FILE: this.cert };
    return { LIBPROCESS_SSL_ENABLED: '1', ...files, LIBPROCESS_SSL_CA_FILE: this.ca, ...more };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
}
