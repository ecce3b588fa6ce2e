/**
 * Makes the authenticators of each realm from flags such as `--http_authenticators`, and reads their secrets.
 */

import type { Millis } from '../../model/time';
import { StartError } from '../lifecycle';
import type { Logger } from '../log';
import type { Authenticator, Realms } from './authenticator';
import { basicAuthenticator } from './basic';
import { bearerAuthenticator } from './bearer';
import { readCredentialsFile, readSecretFile, readTokensFile } from './files';

/** A realm that requires authentication. */
export interface RealmFlags {
  readonly realm: string;
  /** Schemes separated by commas: basic, jwt, token. */
  readonly schemes: string;
  readonly schemesFlag: string;
}

/** The files of secrets; each is read when a scheme needs it. */
export interface SecretFiles {
  readonly credentials: string | undefined;
  readonly credentialsFlag: string;
  readonly key: string | undefined;
  readonly keyFlag: string;
  readonly tokens: string | undefined;
  readonly tokensFlag: string;
}

interface Context {
  readonly files: SecretFiles;
  readonly now: () => Millis;
  readonly log: Logger;
}

type Make = (context: Context, need: (flag: string, path: string | undefined) => string) => Authenticator;

/** The schemes by their name in flags. `basic` and `jwt` are Mesos'. */
const SCHEMES: Record<string, Make> = {
  basic: ({ files, log }, need) => {
    const flag = files.credentialsFlag;
    return basicAuthenticator(readCredentialsFile(flag, need(flag, files.credentials), log));
  },
  jwt: ({ files, log, now }, need) => {
    const flag = files.keyFlag;
    return bearerAuthenticator({ key: readSecretFile(flag, need(flag, files.key), log), now });
  },
  token: ({ files, log, now }, need) => {
    const flag = files.tokensFlag;
    return bearerAuthenticator({ tokens: readTokensFile(flag, need(flag, files.tokens), log), now });
  },
};

/** Makes the realms. Fails with a StartError that names the flag that is missing or wrong. */
export function openRealms(realms: readonly RealmFlags[], context: Context): Realms {
  return new Map(
    realms.map((flags): [string, Authenticator[]] => {
      const names = flags.schemes.split(',').map((name) => name.trim());
      return [flags.realm, names.map((name) => openScheme(name, flags, context))];
    }),
  );
}

function openScheme(name: string, { realm, schemesFlag }: RealmFlags, context: Context): Authenticator {
  const make = SCHEMES[name];
  if (!make) {
    const schemes = Object.keys(SCHEMES).join(', ');
    throw new StartError(
      `${schemesFlag}: "${name}" is unknown; use one or more of ${schemes}, separated by commas`,
    );
  }
  return make(context, (flag, path) => {
    if (path !== undefined) return path;
    throw new StartError(`${schemesFlag}: "${name}" in the realm ${realm} needs ${flag} PATH`);
  });
}

/** The bearer tokens of an API with one realm: plain ones, signed ones, or both. Undefined when neither is set up. */
export function openBearer({ files, now, log }: Context): Authenticator | undefined {
  if (files.tokens === undefined && files.key === undefined) return undefined;
  const tokens = files.tokens === undefined ? undefined : readTokensFile(files.tokensFlag, files.tokens, log);
  const key = files.key === undefined ? undefined : readSecretFile(files.keyFlag, files.key, log);
  return bearerAuthenticator({ tokens, key, now });
}
