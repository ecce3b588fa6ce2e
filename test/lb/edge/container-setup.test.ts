/** Kernel settings, credentials from Vault and a certificate of our own making, as marathon-lb's container had them. */

import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpRequest } from '../../../cluster/runtime/http/client';
import { silentLogger } from '../../../cluster/runtime/log';
import {
  applyKernelSettings,
  askVault,
  readKernelSettings,
  readVault,
  selfSigned,
} from '../../../lb/edge/container-setup';
import type { Client } from '../../../lb/edge/marathon';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lb-container-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('kernel settings are read, with quotes around blanks, and written where the kernel has them', () => {
  mkdirSync(join(folder, 'net/ipv4'), { recursive: true });
  writeFileSync(join(folder, 'net/ipv4/ip_local_port_range'), 'x');
  const settings = readKernelSettings({
    HAPROXY_SYSCTL_PARAMS: 'net.ipv4.ip_local_port_range="1024 60999"',
  });
  expect(settings).toEqual([{ name: 'net.ipv4.ip_local_port_range', value: '1024 60999' }]);
  applyKernelSettings(settings, false, silentLogger, folder);
  expect(readFileSync(join(folder, 'net/ipv4/ip_local_port_range'), 'utf8')).toBe('1024 60999\n');
  expect(readKernelSettings({})).toEqual([]);
});

test.each(['x', '../../etc/passwd=1', 'net..a=1', 'net.a=', 'net.a=1 b'])('%s is no setting', (text) => {
  expect(() => readKernelSettings({ HAPROXY_SYSCTL_PARAMS: text })).toThrow('is no setting');
});

test('a setting that the kernel does not have ends the start, unless failures are allowed', () => {
  const settings = [{ name: 'net.nothing', value: '1' }];
  expect(() => applyKernelSettings(settings, false, silentLogger, folder)).toThrow(
    'HAPROXY_SYSCTL_NONSTRICT',
  );
  applyKernelSettings(settings, true, silentLogger, folder);
  expect(readdirSync(folder)).toEqual([]);
});

const env = { VAULT_TOKEN: 't0', VAULT_HOST: 'vault', VAULT_PORT: '8200', VAULT_PATH: 'secret/marathon' };

function vaultThat(status: number, answer: unknown, requests: HttpRequest[] = []): Client {
  const request = async (sent: HttpRequest) => {
    requests.push(sent);
    return { status, headers: {}, body: Buffer.from(JSON.stringify(answer)) };
  };
  return { request, stream: () => Promise.reject(new Error('not needed')) };
}

test('Vault is asked with its token when all four variables are there', async () => {
  expect(readVault({ ...env, VAULT_PORT: '' })).toBeUndefined();
  const vault = readVault(env);
  expect(vault).toEqual({ url: 'https://vault:8200/v1/secret/marathon', token: 't0' });
  if (!vault) return;
  const requests: HttpRequest[] = [];
  const credentials = await askVault(vault, vaultThat(200, { data: { user: 'ann', pass: 'x' } }, requests));
  expect(credentials).toEqual({ user: 'ann', password: 'x' });
  expect(requests).toEqual([{ url: vault.url, headers: { 'x-vault-token': 't0' } }]);
  const nested = { data: { data: { username: 'bob', password: 'y' } } };
  expect(await askVault(vault, vaultThat(200, nested))).toEqual({ user: 'bob', password: 'y' });
  expect(readVault({ ...env, VAULT_HOST: 'http://vault' })?.url).toBe('http://vault:8200/v1/secret/marathon');
});

test('a Vault that gives nothing ends the start, without showing the token', async () => {
  const vault = readVault(env);
  if (!vault) throw new Error('no Vault');
  await expect(askVault(vault, vaultThat(403, {}))).rejects.toThrow(
    'https://vault:8200 gives no credentials: status 403',
  );
  await expect(askVault(vault, vaultThat(200, { data: {} }))).rejects.toThrow('no user and password');
});

test('a certificate is made once, for ten years, and only we can read it', async () => {
  const path = join(folder, 'certificates', 'own.pem');
  await selfSigned(path, silentLogger);
  const text = readFileSync(path, 'utf8');
  const { validFrom, validTo } = new X509Certificate(text);
  expect(Date.parse(validTo) - Date.parse(validFrom)).toBeGreaterThan(9.9 * 365 * 86_400_000);
  expect(text).toContain('PRIVATE KEY');
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(readdirSync(join(folder, 'certificates'))).toEqual(['own.pem']);
  await selfSigned(path, silentLogger);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
