/**
 * The settings to reach masters with: TLS, and our login. All files are read and checked at the start.
 */

import { createPrivateKey, createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { errorText } from '../../cluster/model/error-text';
import { UsageError } from '../../cluster/runtime/config/flags';
import { warnOpenSecret } from '../../cluster/runtime/files/private';
import { inFileNames, type SettingNames } from './settings-file';

export type MasterLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly principal: string; readonly secret: string }
  | { readonly kind: 'iam'; readonly uid: string; readonly privateKey: string; readonly endpoint: string };

export interface MasterAccess {
  readonly https: boolean;
  /** Texts in PEM. Without certificates to check against, masters are not checked. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** The paths that these were read from; empty without a file. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly iamFile: string;
  readonly login: MasterLogin;
  /** Advice for a refusal by a master, in the words of the flags or of the settings file. */
  readonly remedies: Remedies;
}

export interface Remedies {
  /** The master speaks TLS, and we do not. */
  readonly tls: string;
  /** We speak TLS, and the master does not. */
  readonly plain: string;
  /** The master asks for credentials, or does not take ours. */
  readonly login: string;
}

export interface AccessSettings {
  readonly https: boolean;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly authentication: 'none' | 'basic' | 'iam';
  readonly principal: string | undefined;
  readonly secret: string | undefined;
  readonly iamFile: string | undefined;
  /** Keys of the settings file for flags; none without one. */
  readonly names?: SettingNames;
}

const TOKEN_HOLDS_SECONDS = 3600;

export function readMasterAccess(settings: AccessSettings): MasterAccess {
  const { certFile, keyFile } = settings;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new UsageError('--mesos-cert-file and --mesos-key-file: one is missing, both are needed');
  return {
    https: settings.https,
    ca: readPem('mesos-ca-file', settings.caFile),
    cert: readPem('mesos-cert-file', certFile),
    key: readPem('mesos-key-file', keyFile),
    caFile: settings.caFile ?? '',
    certFile: certFile ?? '',
    keyFile: keyFile ?? '',
    iamFile: settings.iamFile ?? '',
    login: readLogin(settings),
    remedies: remediesOf(settings),
  };
}

function remediesOf({ authentication, names = {} }: AccessSettings): Remedies {
  const login = {
    none: 'it asks who we are: give --mesos-authentication basic, --mesos-principal and --mesos-secret',
    basic: 'it does not take our credentials: check --mesos-principal and --mesos-secret',
    iam: 'it does not take our token: check --mesos-iam-file',
  }[authentication];
  return {
    tls: inFileNames('it speaks TLS: turn --mesos-https on', names),
    plain: inFileNames('it does not speak TLS: turn --mesos-https off', names),
    login: inFileNames(login, names),
  };
}

function readLogin({ authentication, principal, secret = '', iamFile }: AccessSettings): MasterLogin {
  // A file that is named is checked, whether it is used or not.
  const iam = iamFile ? readIam(iamFile) : undefined;
  switch (authentication) {
    case 'none':
      return { kind: 'none' };
    case 'basic':
      if (!principal) throw new UsageError('--mesos-authentication basic: --mesos-principal is needed');
      return { kind: 'basic', principal, secret };
    case 'iam':
      if (!iam) throw new UsageError('--mesos-authentication iam: --mesos-iam-file is needed');
      return iam;
  }
}

function readIam(path: string): MasterLogin {
  warnOpenSecret('--mesos-iam-file', path);
  const text = readText('mesos-iam-file', path);
  const wrong = (why: string): UsageError =>
    new UsageError(`--mesos-iam-file: ${path} cannot be used: ${why}`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON');
  }
  const member = (name: string): string => {
    const value = typeof document === 'object' && document !== null ? Reflect.get(document, name) : undefined;
    if (typeof value !== 'string' || value === '') throw wrong(`${name} is missing`);
    return value;
  };
  const privateKey = member('private_key');
  const login = { kind: 'iam', uid: member('uid'), privateKey, endpoint: member('login_endpoint') } as const;
  try {
    createPrivateKey(privateKey);
  } catch {
    throw wrong('private_key is not a key in PEM');
  }
  return login;
}

function readPem(flag: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const text = readText(flag, path);
  if (text.includes('PRIVATE KEY')) warnOpenSecret(`--${flag}`, path);
  if (!text.includes('-----BEGIN ')) throw new UsageError(`--${flag}: ${path} has nothing in PEM`);
  return text;
}

function readText(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--${flag}: cannot read ${path}: ${errorText(error)}`);
  }
}

/** The token that iam takes for a login: a JWT with our uid that holds for an hour, signed with RS256. */
export function loginToken(uid: string, privateKey: string, nowMs: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { uid, exp: Math.floor(nowMs / 1000) + TOKEN_HOLDS_SECONDS };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}
