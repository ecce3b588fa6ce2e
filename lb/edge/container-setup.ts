/**
 * Setup steps of marathon-lb's container: kernel settings, a self-signed certificate, credentials from Vault.
 *
 * Each step runs only when the environment or a flag asks for it.
 */

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorText } from '../../cluster/model/error-text';
import { UsageError } from '../../cluster/runtime/config/flags';
import { makeFolder } from '../../cluster/runtime/files/make-folder';
import type { Credentials } from '../../cluster/runtime/http/guard';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { Client } from './marathon';

type Env = Readonly<Record<string, string | undefined>>;

/** One kernel setting: `net.core.somaxconn` and its value. */
export interface KernelSetting {
  readonly name: string;
  readonly value: string;
}

/** Reads `HAPROXY_SYSCTL_PARAMS`: settings `name=value`, separated by blanks. A value may have blanks in quotes. */
export function readKernelSettings(env: Env): readonly KernelSetting[] {
  const text = env['HAPROXY_SYSCTL_PARAMS'] ?? '';
  const words = text.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  return words.map((word) => {
    const match = /^([A-Za-z0-9_/-]+(?:\.[A-Za-z0-9_/-]+)+)=(.+)$/.exec(word.replaceAll('"', ''));
    if (match?.[1] && match[2]) return { name: match[1], value: match[2] };
    throw new UsageError(
      `HAPROXY_SYSCTL_PARAMS: "${word}" is no setting; write it as net.core.somaxconn=1024`,
    );
  });
}

/** Writes kernel settings. A failure ends the start unless `lenient`, when it is logged. */
export function applyKernelSettings(
  settings: readonly KernelSetting[],
  lenient: boolean,
  log: Logger,
  root = '/proc/sys',
): void {
  for (const { name, value } of settings) {
    try {
      writeFileSync(join(root, name.replaceAll('.', '/')), `${value}\n`, { flag: 'r+' });
      log.info({ name, value }, 'a kernel setting is made');
    } catch (error) {
      const { message } = error as Error;
      if (!lenient)
        throw new StartError(
          `HAPROXY_SYSCTL_PARAMS: ${name} cannot be set: ${message}. Set HAPROXY_SYSCTL_NONSTRICT to go on without.`,
        );
      log.warn({ name, error: message }, 'a kernel setting cannot be made');
    }
  }
}

/** The secret in HashiCorp Vault that has the credentials for Marathon. */
export interface Vault {
  readonly url: string;
  readonly token: string;
}

/**
 * Reads `VAULT_TOKEN`, `VAULT_HOST`, `VAULT_PORT` and `VAULT_PATH`; undefined unless all four are set. Vault is asked over
 * HTTPS unless the host begins with `http://`.
 */
export function readVault(env: Env): Vault | undefined {
  const { VAULT_TOKEN: token, VAULT_HOST: host, VAULT_PORT: port, VAULT_PATH: path } = env;
  if (!token || !host || !port || !path) return undefined;
  const base = /^https?:\/\//.test(host) ? host : `https://${host}`;
  const url = `${base.replace(/\/+$/, '')}:${port}/v1/${path.replace(/^\/+/, '')}`;
  if (!URL.canParse(url)) throw new UsageError(`VAULT_HOST, VAULT_PORT and VAULT_PATH make no URL: ${url}`);
  return { url, token };
}

/** Reads `user` or `username` and `pass` or `password` of the secret, of version 1 or 2 of Vault's key-value store. */
export async function askVault({ url, token }: Vault, client: Client): Promise<Credentials> {
  try {
    const { status, body } = await client.request({ url, headers: { 'x-vault-token': token } });
    if (status !== 200) throw new Error(`status ${status}`);
    const data = fields(fields(JSON.parse(body.toString()))['data']);
    const secret = typeof data['data'] === 'object' ? fields(data['data']) : data;
    const user = secret['user'] ?? secret['username'];
    const password = secret['pass'] ?? secret['password'];
    if (typeof user === 'string' && typeof password === 'string') return { user, password };
    throw new Error('the answer has no user and password');
  } catch (error) {
    throw new StartError(
      `VAULT_PATH: Vault at ${new URL(url).origin} gives no credentials: ${errorText(error)}`,
    );
  }
}

function fields(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
}

/** Makes a self-signed certificate with `openssl`, unless an earlier start has made it. */
export async function selfSigned(path: string, log: Logger): Promise<string> {
  if (existsSync(path)) return path;
  makeFolder(dirname(path));
  const key = `${path}.key`;
  const certificate = `${path}.crt`;
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=*'];
  try {
    await promisify(execFile)('openssl', [...words, '-keyout', key, '-out', certificate], {
      timeout: 60_000,
    });
    writeFileSync(`${path}.new`, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), {
      mode: 0o600,
    });
    renameSync(`${path}.new`, path);
    log.warn({ path }, 'HTTPS has a certificate of our own making; name another with --ssl-certs');
    return path;
  } catch (error) {
    throw new StartError(
      `--self-signed: openssl makes no certificate: ${errorText(error)}. Install openssl, or name one with --ssl-certs.`,
    );
  } finally {
    for (const rest of [key, certificate]) rmSync(rest, { force: true });
  }
}
