/**
 * Certificates of the HTTPS frontend: replaced while HAProxy runs when their file changes, or made with --self-signed.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { Cleanups, freePort, stand, until, webServer } from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

const vhost = { labels: { HAPROXY_0_VHOST: 'web.localhost' } };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lb-certificates-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function certificate(folder: string, name: string): string {
  const key = join(folder, 'key.pem');
  const path = join(folder, `${name}.pem`);
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...words, '-subj', `/CN=${name}`, '-keyout', key, '-out', path], {
    stdio: 'ignore',
  });
  writeFileSync(path, readFileSync(path, 'utf8') + readFileSync(key, 'utf8'));
  return path;
}

function handshake(
  port: number,
  alpn?: string[],
): Promise<{ name: string; protocol: string | false | null }> {
  return new Promise((resolve, reject) => {
    const more = alpn === undefined ? {} : { ALPNProtocols: alpn };
    const socket = connectTls(
      { host: '127.0.0.1', port, servername: 'web.localhost', rejectUnauthorized: false, ...more },
      () => {
        resolve({ name: String(socket.getPeerCertificate().subject.CN), protocol: socket.alpnProtocol });
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

test('a certificate that changes on disk is put in place without a reload; HTTP/2 is offered', async () => {
  const web = await webServer('web', cleanups);
  const folder = newFolder();
  const current = certificate(folder, 'one');
  const next = certificate(folder, 'two');
  const apps = [appJson('/web', await freePort(), [taskJson('t', [web.port])], vhost)];
  const { lb, metric } = await stand(cleanups, ['--ssl-certs', current, '--https-in-port', '0'], apps);
  const port = lb.https?.port ?? 0;
  await until('served', async () => (await metric('reloads')) === 1);
  expect(await handshake(port, ['h2', 'http/1.1'])).toEqual({ name: 'one', protocol: 'h2' });
  renameSync(next, current);
  await until('the new one is there', async () => (await handshake(port)).name === 'two');
  expect(await metric('reloads')).toBe(1);
  expect(await metric('certificate_swaps')).toBe(1);
});

test('without a certificate --self-signed makes one, and HTTPS is there', async () => {
  const web = await webServer('web', cleanups);
  const app = appJson('/web', await freePort(), [taskJson('t', [web.port])], vhost);
  const { lb, folder } = await stand(cleanups, ['--self-signed', '--https-in-port', '0'], [app]);
  const name = await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: lb.https?.port ?? 0, rejectUnauthorized: false };
    const socket = connectTls(options, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
  expect(name).toBe('*');
  expect(readFileSync(join(folder, 'certificates', 'self-signed.pem'), 'utf8')).toContain('CERTIFICATE');
});

test('a certificate file with empty lines in it is put in place all the same', async () => {
  const folder = newFolder();
  const make = (name: string): string => {
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const key = join(folder, 'k');
    const cert = join(folder, 'c');
    execFileSync('openssl', [...words, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return `${readFileSync(cert, 'utf8')}\n\n${readFileSync(key, 'utf8')}\n`;
  };
  const current = join(folder, 'current.pem');
  writeFileSync(current, make('one'));
  const web = await webServer('web', cleanups);
  const app = appJson('/web', await freePort(), [taskJson('t', [web.port])], vhost);
  const started = await stand(cleanups, ['--ssl-certs', current, '--https-in-port', '0'], [app]);
  await until('served', async () => (await started.metric('reloads')) === 1);
  rmSync(current);
  await sleep(1500);
  writeFileSync(current, make('two'));
  await until('swapped', async () => (await started.metric('certificate_swaps')) === 1);
  expect(await started.metric('reloads')).toBe(1);
});
