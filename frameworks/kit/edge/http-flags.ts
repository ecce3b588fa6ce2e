/**
 * The flags of the HTTP port that both originals have from one library (Chaos): those that work, with the settings made of
 * them, and those that have no effect or stop the start.
 */

import { dirname } from 'node:path';
import { type BearerFlags, bearerFlags } from '../../../cluster/runtime/auth/flags';
import { refused, unused, withVariable } from '../../../cluster/runtime/config/classes';
import { integer, path, text, toggle, UsageError, type Values } from '../../../cluster/runtime/config/flags';
import type { Credentials } from '../../../cluster/runtime/http/guard';
import type { HostNames } from '../../../cluster/runtime/http/hosts';
import type { ServerPlaces } from '../../../cluster/runtime/process';
import { aclsFlag } from './access/acls';
import { credentialsOf } from './flags';

const TLS_WAY =
  'TLS is turned on with LIBPROCESS_SSL_ENABLED=1, LIBPROCESS_SSL_CERT_FILE and LIBPROCESS_SSL_KEY_FILE (PEM)';

export const HTTP_FLAGS = {
  http_credentials: {
    ...text({ help: 'user:password that requests must carry', secret: true }),
    formerEnv: 'MESOSPHERE_HTTP_CREDENTIALS',
  },
  http_credentials_file: path({
    help: 'JSON file of users: {"credentials": [{"principal", "secret"}]}; beside --http_credentials',
  }),
  http_tokens: path({ help: 'JSON file of bearer tokens: {"tokens": [{"principal", "token"}]}' }),
  http_jwt_key: path({ help: 'file with the key of signed bearer tokens (HS256)' }),
  http_realm: text({ help: 'realm of the credentials', fallback: 'Mesosphere' }),
  http_max_concurrent_requests: integer({
    help: 'requests handled at once',
    min: 1,
    max: 1_000_000,
    fallback: undefined,
  }),
  http_compression: toggle({
    help: 'compress long answers for those who accept it; --disable_http_compression turns that off',
    fallback: true,
  }),
  https_address: text({ help: 'address to listen on with TLS', fallbackText: '--http_address' }),
  https_port: integer({
    value: 'PORT',
    help: `port to listen on with TLS, beside --http_port; ${TLS_WAY}. Without it --http_port speaks TLS then`,
    min: 0,
    max: 65_535,
    fallback: undefined,
    fallbackText: '8443 with --https_address or --disable_http',
  }),
  disable_http: toggle({ help: 'listen with TLS only, at --https_port', fallback: false }),
} as const;

/** Plugins and rules about senders. */
export const ACCESS_FLAGS = {
  acls: aclsFlag,
  plugin_conf: path({
    help: 'JSON file of the plugins: {"plugins": {ID: {"plugin", "implementation", "configuration"}}}',
  }),
  plugin_dir: path({ help: 'folder of the modules that --plugin_conf names; that of the file without it' }),
} as const;

export const UNUSED_HTTP_FLAGS = {
  ...unused('there are no files of a user interface', 'assets_path'),
};

const KEYSTORE =
  'Java keystores are not read; leave it out, and set LIBPROCESS_SSL_ENABLED=1, LIBPROCESS_SSL_CERT_FILE and LIBPROCESS_SSL_KEY_FILE (PEM): --http_port then speaks TLS, or --https_port beside it';

export const REFUSED_HTTP_FLAGS = {
  ...withVariable(refused(KEYSTORE, 'ssl_keystore_path'), 'MESOSPHERE_KEYSTORE_PATH'),
  ...withVariable(refused(KEYSTORE, 'ssl_keystore_password'), 'MESOSPHERE_KEYSTORE_PASS'),
};

/** The settings of plugins and of rules about senders. */
export interface AccessSettings {
  readonly acls: string | undefined;
  readonly pluginConf: string | undefined;
  readonly pluginDir: string | undefined;
}

export function accessSettingsOf(flags: Values<typeof ACCESS_FLAGS>): AccessSettings {
  const { acls, plugin_conf: pluginConf, plugin_dir: pluginDir } = flags;
  if (pluginDir !== undefined && pluginConf === undefined)
    throw new UsageError('--plugin_dir: it is for --plugin_conf, which is missing');
  return { acls, pluginConf, pluginDir: pluginDir ?? (pluginConf && dirname(pluginConf)) };
}

interface Place {
  readonly address: string;
  readonly port: number;
}

interface Places extends Place {
  /** The port with TLS, where it is one of its own. */
  readonly https: Place | undefined;
  /** The port without TLS is closed (`--disable_http`). */
  readonly isSecureOnly: boolean;
}

/** The places and the access of the API. */
export interface HttpSettings extends Places {
  readonly credentials: Credentials | undefined;
  readonly bearer: BearerFlags | undefined;
  /** The file of further users. */
  readonly usersFile: string | undefined;
  readonly realm: string;
  readonly concurrentMax: number | undefined;
  /** Long answers are compressed for those who accept it. */
  readonly isCompressing: boolean;
  readonly insecure: boolean;
  /** Names that others are told, and those of `--allowed_hosts`. */
  readonly hosts: HostNames;
}

interface HttpFlagValues extends Values<typeof HTTP_FLAGS> {
  readonly http_address: string;
  readonly http_port: number;
  readonly insecure: boolean;
  readonly hostname: string | undefined;
  readonly webui_url: string | undefined;
  readonly allowed_hosts: HostNames['allowed'];
}

export function httpSettingsOf(flags: HttpFlagValues): HttpSettings {
  return {
    address: flags.http_address,
    port: flags.http_port,
    https: httpsOf(flags),
    isSecureOnly: flags.disable_http,
    credentials: credentialsOf(flags.http_credentials),
    usersFile: flags.http_credentials_file,
    bearer: bearerFlags(flags, 'http_tokens', 'http_jwt_key'),
    realm: flags.http_realm,
    concurrentMax: flags.http_max_concurrent_requests,
    isCompressing: flags.http_compression,
    insecure: flags.insecure,
    hosts: { advertised: [flags.hostname, flags.webui_url], allowed: flags.allowed_hosts },
  };
}

const HTTPS_PORT = 8443;

function httpsOf({
  https_address,
  https_port,
  disable_http,
  http_address,
}: HttpFlagValues): Place | undefined {
  if (https_address === undefined && https_port === undefined && !disable_http) return undefined;
  return { address: https_address ?? http_address, port: https_port ?? HTTPS_PORT };
}

/** The places where a server with these settings listens. */
export function placesOf({ address, port, https, isSecureOnly }: Places): ServerPlaces {
  const plain = { address, port, addressFlag: '--http_address', portFlag: '--http_port' };
  if (!https) return plain;
  const secure = { ...https, addressFlag: '--https_address', portFlag: '--https_port' };
  return isSecureOnly ? { ...secure, isSecureOnly } : { ...plain, secure };
}

/** The scheme by which others reach the API. */
export function schemeOf(
  { https, isSecureOnly }: Pick<Places, 'https' | 'isSecureOnly'>,
  hasTls: boolean,
): 'http' | 'https' {
  return hasTls && (https === undefined || isSecureOnly) ? 'https' : 'http';
}
