/**
 * Reads the access to Marathon from flags and environment: credentials, a service account, certificate authorities.
 */

import { readFileSync } from 'node:fs';
import { errorText } from '../../cluster/model/error-text';
import { text, UsageError } from '../../cluster/runtime/config/flags';
import { warnOpenSecret } from '../../cluster/runtime/files/private';
import type { Credentials } from '../../cluster/runtime/http/guard';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { ServiceAccount } from './authorize';

export const marathonAccessFlags = {
  'auth-credentials': text({
    value: 'USER:PASSWORD',
    help: 'Credentials for Marathon (basic authentication)',
    secret: true,
  }),
  'marathon-auth-credential-file': text({
    value: 'PATH',
    help: 'A file whose first line is user:password for Marathon',
  }),
  'dcos-auth-credentials': text({
    value: 'JSON',
    help: 'Service account for Marathon: uid, private_key, login_endpoint',
    env: 'DCOS_SERVICE_ACCOUNT_CREDENTIAL',
    secret: true,
  }),
  'marathon-ca-cert': text({
    value: 'PATH',
    help: "Authorities that may have signed Marathon's certificate",
  }),
} as const;

export interface MarathonAccess {
  readonly credentials: Credentials | undefined;
  readonly serviceAccount: ServiceAccount | undefined;
  readonly caFile: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;
type Flags = Readonly<Record<keyof typeof marathonAccessFlags, string | undefined>>;

export function readMarathonAccess(flags: Flags, env: Env): MarathonAccess {
  return {
    credentials: readCredentials(flags['auth-credentials'], flags['marathon-auth-credential-file'], env),
    serviceAccount: readServiceAccount(flags['dcos-auth-credentials']),
    caFile: flags['marathon-ca-cert'],
  };
}

function readServiceAccount(json: string | undefined): ServiceAccount | undefined {
  if (!json) return undefined;
  try {
    const read = JSON.parse(json) as Record<string, unknown>;
    const { uid, private_key: privateKey, login_endpoint: loginUrl } = read;
    if (typeof uid === 'string' && typeof privateKey === 'string' && typeof loginUrl === 'string')
      return { uid, privateKey, loginUrl };
  } catch {
    // The error below names the flag.
  }
  throw new UsageError(
    '--dcos-auth-credentials: the value cannot be used: expected JSON with uid, private_key and login_endpoint',
  );
}

/** The file wins over the inline value, and that over the environment. A password may contain colons. */
function readCredentials(
  inline: string | undefined,
  file: string | undefined,
  env: Env,
): Credentials | undefined {
  if (file) return readPair('marathon-auth-credential-file', firstLine(file));
  const { MARATHON_USER: user, MARATHON_PASSWORD: password } = env;
  return readPair('auth-credentials', inline ?? (user && password ? `${user}:${password}` : undefined));
}

/** Reads `user:password`; an error names the flag. */
export function readPair(flag: string, pair: string | undefined): Credentials | undefined {
  if (!pair) return undefined;
  const colon = pair.indexOf(':');
  if (colon < 1) throw new UsageError(`--${flag}: the value cannot be used: expected user:password`);
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

function firstLine(path: string): string {
  warnOpenSecret('--marathon-auth-credential-file', path);
  try {
    return (readFileSync(path, 'utf8').split('\n')[0] ?? '').trim();
  } catch (error) {
    throw new StartError(`--marathon-auth-credential-file: ${errorText(error)}`);
  }
}
