/**
 * TLS settings from libprocess' environment, `LIBPROCESS_SSL_*` (Mesos 1.11), for servers and clients.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureVersion } from 'node:tls';
import { errorText } from '../../model/error-text';
import { warnOpenSecret } from '../files/private';
import { StartError } from '../lifecycle';

export interface TlsSettings {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Authorities of other certificates; the system's without it. */
  readonly ca: readonly Buffer[] | undefined;
  /** Servers must have a certificate that one of the authorities has signed. */
  readonly verifiesServers: boolean;
  /** Clients must have a certificate that one of the authorities has signed. */
  readonly requiresClients: boolean;
  /** Plain HTTP is served on the same port. */
  readonly downgrade: boolean;
  readonly ciphers: string | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

type Env = Readonly<Record<string, string | undefined>>;

const PREFIX = 'LIBPROCESS_SSL_';

/** Reads the environment; undefined when TLS is off. Fails with a StartError that names the variable and what to do. */
export function tlsSettings(env: Env): TlsSettings | undefined {
  if (!isOn(env, 'ENABLED')) return undefined;
  const key = needed(env, 'KEY_FILE', 'the private key, in PEM');
  const cert = needed(env, 'CERT_FILE', 'the certificate, in PEM');
  const settings: TlsSettings = {
    key,
    cert,
    ca: authorities(env),
    verifiesServers: isOn(env, 'VERIFY_SERVER_CERT') || isOn(env, 'VERIFY_CERT'),
    requiresClients: isOn(env, 'REQUIRE_CLIENT_CERT') || isOn(env, 'REQUIRE_CERT'),
    downgrade: isOn(env, 'SUPPORT_DOWNGRADE'),
    ciphers: env[`${PREFIX}CIPHERS`],
    ...versions(env),
  };
  checkPair(settings);
  return settings;
}

/** The TLS environment of a child process, without our key. */
export function callerEnvironment(env: Env): Record<string, string> {
  if (!isOn(env, 'ENABLED')) return {};
  const names = ['CA_FILE', 'CA_DIR', 'VERIFY_SERVER_CERT', 'VERIFY_CERT'].map((name) => PREFIX + name);
  const pairs = names.flatMap((name): [string, string][] => (env[name] ? [[name, env[name]]] : []));
  return { [`${PREFIX}ENABLED`]: '1', ...Object.fromEntries(pairs) };
}

/**
 * The trust of a child process with that environment; undefined for plain connections. Without verification
 * any certificate will do, as in libprocess.
 */
export function callerTrust(
  env: Env,
): { readonly ca: Buffer[] | undefined; readonly rejectUnauthorized: boolean } | undefined {
  if (!isOn(env, 'ENABLED')) return undefined;
  const rejectUnauthorized = isOn(env, 'VERIFY_SERVER_CERT') || isOn(env, 'VERIFY_CERT');
  return { ca: authorities(env)?.slice(), rejectUnauthorized };
}

function isOn(env: Env, name: string, fallback = false): boolean {
  const value = env[PREFIX + name];
  if (value === undefined || value === '') return fallback;
  if (['1', 'true'].includes(value)) return true;
  if (['0', 'false'].includes(value)) return false;
  throw new StartError(`${PREFIX}${name}: "${value}" cannot be used: expected true or false`);
}

function needed(env: Env, name: string, what: string): Buffer {
  const path = env[PREFIX + name];
  if (!path)
    throw new StartError(`${PREFIX}ENABLED is set, so ${PREFIX}${name} must name the file with ${what}`);
  if (name === 'KEY_FILE') warnOpenSecret(PREFIX + name, path.replace(/^file:\/\//, ''));
  return read(PREFIX + name, path);
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path.replace(/^file:\/\//, ''));
  } catch (error) {
    throw new StartError(`${variable}: cannot read ${path}: ${errorText(error)}`);
  }
}

function authorities(env: Env): readonly Buffer[] | undefined {
  const file = env[`${PREFIX}CA_FILE`];
  const folder = env[`${PREFIX}CA_DIR`];
  if (!file && !folder) return undefined;
  const certificates = file ? [read(`${PREFIX}CA_FILE`, file)] : [];
  return [...certificates, ...(folder ? inFolder(`${PREFIX}CA_DIR`, folder) : [])];
}

function inFolder(variable: string, folder: string): Buffer[] {
  try {
    const names = readdirSync(folder).sort();
    return names
      .map((name) => read(variable, join(folder, name)))
      .filter((text) => text.includes('-----BEGIN CERTIFICATE-----'));
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`${variable}: cannot read ${folder}: ${errorText(error)}`);
  }
}

const VERSIONS: readonly (readonly [string, SecureVersion, boolean])[] = [
  ['ENABLE_TLS_V1_0', 'TLSv1', false],
  ['ENABLE_TLS_V1_1', 'TLSv1.1', false],
  ['ENABLE_TLS_V1_2', 'TLSv1.2', true],
  ['ENABLE_TLS_V1_3', 'TLSv1.3', true],
];

function versions(env: Env): Pick<TlsSettings, 'minVersion' | 'maxVersion'> {
  const on = VERSIONS.filter(([name, , fallback]) => isOn(env, name, fallback)).map(([, version]) => version);
  const [minVersion] = on;
  const maxVersion = on.at(-1);
  if (minVersion === undefined || maxVersion === undefined) {
    throw new StartError(
      `No version of TLS is left: set ${PREFIX}ENABLE_TLS_V1_2 or ${PREFIX}ENABLE_TLS_V1_3 to true`,
    );
  }
  return { minVersion, maxVersion };
}

function checkPair({ key, cert, ca, ciphers }: TlsSettings): void {
  try {
    createSecureContext({ key, cert, ca: ca?.slice(), ciphers });
  } catch (error) {
    throw new StartError(
      `${PREFIX}KEY_FILE and ${PREFIX}CERT_FILE cannot be used together (PEM, key without a password, both of one pair, ` +
        `${PREFIX}CIPHERS known to OpenSSL): ${errorText(error)}`,
    );
  }
}
