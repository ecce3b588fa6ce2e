import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenerAddresses, readResolvConf, systemResolvers } from '../../../dns/edge/local-system';

const TEXT =
  '# made by hand\nnameserver 127.0.0.1\n nameserver\t9.9.9.9 \nnameserver fe80::1%eth0\nnameserver x\nsearch mesos\n';

test('resolv.conf is read line by line', () => {
  expect(readResolvConf(TEXT)).toEqual(['127.0.0.1', '9.9.9.9', 'fe80::1%eth0']);
});

test('we are not our own resolver', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dns-'));
  const path = join(folder, 'resolv.conf');
  writeFileSync(path, 'nameserver 127.0.0.1\nnameserver 9.9.9.9\n');
  const hosts = (host: string, port: number): string[] =>
    systemResolvers([{ host, port }], path).map((resolver) => resolver.host);
  expect(hosts('127.0.0.1', 53)).toEqual(['9.9.9.9']);
  expect(hosts('0.0.0.0', 53)).toEqual(['9.9.9.9']);
  expect(hosts('127.0.0.1', 8053)).toEqual(['127.0.0.1', '9.9.9.9']);
  expect(systemResolvers([{ host: '127.0.0.1', port: 53 }], `${path}.missing`)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a wildcard listener is reached at the addresses of the interfaces', () => {
  expect(listenerAddresses('10.1.1.1')).toEqual(['10.1.1.1']);
  expect(listenerAddresses('0.0.0.0')).not.toContain('127.0.0.1');
});
