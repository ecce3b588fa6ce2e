/**
 * Files that hold secrets: credentials in Mesos' JSON, plain tokens, and the key of signed tokens.
 *
 * Errors name the flag, the file and the expected form, and never repeat the contents of the file.
 */

import { readFileSync, statSync } from 'node:fs';
import { errorText } from '../../model/error-text';
import { StartError } from '../lifecycle';
import type { Logger } from '../log';

/** Reads `{"credentials": [{"principal", "secret"}]}`. */
export function readCredentialsFile(flag: string, path: string, log?: Logger): ReadonlyMap<string, string> {
  const shape = '{"credentials": [{"principal": NAME, "secret": SECRET}]}';
  return readPairs({ flag, path, log, shape, list: 'credentials', secret: 'secret' });
}

/** Reads `{"principal", "secret"}`, or a credentials file with one entry. */
export function readCredentialFile(
  flag: string,
  path: string,
  log?: Logger,
): { readonly principal: string; readonly secret: string } {
  const text = readSecretFile(flag, path, log).toString();
  const value = parse(flag, path, text, '{"principal": NAME, "secret": SECRET}');
  const { principal, secret = '' } = value;
  if (typeof principal !== 'string' || typeof secret !== 'string') {
    throw new StartError(`${flag}: ${path} has no texts "principal" and "secret"`);
  }
  return { principal, secret };
}

/** Reads `{"tokens": [{"principal", "token"}]}`. */
export function readTokensFile(flag: string, path: string, log?: Logger): ReadonlyMap<string, string> {
  const shape = '{"tokens": [{"principal": NAME, "token": TOKEN}]}';
  return readPairs({ flag, path, log, shape, list: 'tokens', secret: 'token' });
}

/** Reads a file of secrets; warns when others on the machine can use it. */
export function readSecretFile(flag: string, path: string, log?: Logger): Buffer {
  try {
    const bytes = readFileSync(path);
    if ((statSync(path).mode & 0o007) !== 0) {
      log?.warn({ flag, path }, 'others on this machine can use this file of secrets: chmod 600 it');
    }
    if (bytes.length > 0) return bytes;
  } catch (error) {
    throw new StartError(`${flag}: cannot read ${path}: ${errorText(error)}`);
  }
  throw new StartError(`${flag}: ${path} is empty`);
}

interface PairsFile {
  readonly flag: string;
  readonly path: string;
  readonly log: Logger | undefined;
  readonly shape: string;
  readonly list: string;
  readonly secret: string;
}

function readPairs({ flag, path, log, shape, list, secret }: PairsFile): ReadonlyMap<string, string> {
  const value = parse(flag, path, readSecretFile(flag, path, log).toString(), shape)[list];
  if (!Array.isArray(value))
    throw new StartError(`${flag}: ${path} has no list "${list}": expected ${shape}`);
  const pairs = new Map<string, string>();
  for (const [index, entry] of value.entries()) {
    const { principal, [secret]: secretText } = (entry ?? {}) as Record<string, unknown>;
    const where = `${flag}: ${path}: ${list}[${index}]`;
    if (typeof principal !== 'string' || principal === '')
      throw new StartError(`${where} has no text "principal"`);
    if (typeof secretText !== 'string' || secretText === '')
      throw new StartError(`${where} has no text "${secret}"`);
    if (pairs.has(principal)) throw new StartError(`${where}: principal "${principal}" is there twice`);
    pairs.set(principal, secretText);
  }
  if (pairs.size === 0) throw new StartError(`${flag}: ${path} must contain at least one entry: ${shape}`);
  return pairs;
}

function parse(flag: string, path: string, text: string, shape: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // The error below does not repeat the parser's text, which may quote a secret.
  }
  const isOld = /^\s*[^\s{["]+\s+\S+\s*$/m.test(text);
  const old = isOld ? ' (the old form with one principal and secret a line is not read any more)' : '';
  throw new StartError(`${flag}: ${path} is not JSON${old}: expected ${shape}`);
}
