/**
 * Flags of authentication: those of master and agent (Mesos 1.11), and those of APIs with one realm.
 */

import type { Millis } from '../../model/time';
import { path, text, toggle, type Values } from '../config/flags';
import type { Logger } from '../log';
import type { Authenticator, Realms } from './authenticator';
import { readCredentialsFile, readTokensFile } from './files';
import { openBearer, openRealms, type RealmFlags, type SecretFiles } from './realms';

/** Flags of master and agent alike. */
export const operatorFlags = {
  authenticate_http_readonly: toggle({ help: 'ask who reads, such as /state', fallback: false }),
  authenticate_http_readwrite: toggle({
    help: 'ask who changes something, as in /api/v1',
    fallback: false,
    formerly: 'authenticate_http',
  }),
  http_authenticators: text({
    help: 'how operators show who they are: basic, jwt, token, with commas',
    fallback: 'basic',
  }),
  http_credentials: path({ help: 'JSON file of principals: {"credentials": [{"principal", "secret"}]}' }),
  jwt_secret_key: path({ help: 'file with the key of signed bearer tokens (HS256); "sub" is the principal' }),
  http_tokens: path({ help: 'JSON file of plain bearer tokens: {"tokens": [{"principal", "token"}]}' }),
};

type OperatorFlags = Values<typeof operatorFlags>;

export interface RealmNames {
  readonly readonly: string;
  readonly readwrite: string;
  /** Further schemes of those who change something, such as executors. */
  readonly readwriteSchemes?: readonly string[];
}

interface Context {
  readonly clock: { now(): Millis };
  readonly log: Logger;
}

/** The realms of operators that require authentication, and the `others` of the component. */
export function realmsOf(
  flags: OperatorFlags & { readonly credentials?: string | undefined },
  names: RealmNames & { readonly others?: readonly RealmFlags[] },
  { clock, log }: Context,
): Realms {
  const operators = { schemes: flags.http_authenticators, schemesFlag: '--http_authenticators' };
  const schemes = flags.http_authenticators.split(',').map((name) => name.trim());
  const further = (names.readwriteSchemes ?? []).filter((name) => !schemes.includes(name));
  const changing = { ...operators, schemes: [flags.http_authenticators, ...further].join(',') };
  const realms = [
    ...(flags.authenticate_http_readonly ? [{ realm: names.readonly, ...operators }] : []),
    ...(flags.authenticate_http_readwrite ? [{ realm: names.readwrite, ...changing }] : []),
    ...(names.others ?? []),
  ];
  const httpCredentials = flags.http_credentials;
  const files: SecretFiles = {
    credentials: httpCredentials ?? flags.credentials,
    credentialsFlag:
      httpCredentials === undefined && 'credentials' in flags ? '--credentials' : '--http_credentials',
    key: flags.jwt_secret_key,
    keyFlag: '--jwt_secret_key',
    tokens: flags.http_tokens,
    tokensFlag: '--http_tokens',
  };
  if (realms.length === 0) readUnused(flags);
  return openRealms(realms, { files, now: () => clock.now(), log });
}

/**
 * Reads the files of flags while nobody is asked for credentials, as the original does: a wrong name is a mistake. Otherwise
 * the realms read them, once, as a file may be a pipe.
 */
function readUnused({ http_credentials, http_tokens }: OperatorFlags): void {
  if (http_credentials !== undefined) readCredentialsFile('--http_credentials', http_credentials);
  if (http_tokens !== undefined) readTokensFile('--http_tokens', http_tokens);
}

/** The flags of bearer tokens of an API with one realm: plain tokens, and the key of signed ones. */
export interface BearerFlags {
  readonly tokens: string | undefined;
  readonly tokensFlag: string;
  readonly key: string | undefined;
  readonly keyFlag: string;
}

/** The bearer tokens that two flags of a table configure. */
export function bearerFlags<T extends string, K extends string>(
  flags: Readonly<Record<T | K, string | undefined>>,
  tokens: T,
  key: K,
): BearerFlags {
  return { tokens: flags[tokens], tokensFlag: `--${tokens}`, key: flags[key], keyFlag: `--${key}` };
}

/** The authenticator of an API's bearer tokens; undefined when neither flag is set. */
export function bearerOf(flags: BearerFlags, { clock, log }: Context): Authenticator | undefined {
  const files = { ...flags, credentials: undefined, credentialsFlag: '' };
  return openBearer({ files, now: () => clock.now(), log });
}
