import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFlags, UsageError } from '../../cluster/runtime/config/flags';
import { flagReference } from '../../cluster/runtime/config/print-flags';
import { type LbConfig, lbFlags, readLbConfig } from '../../lb/config';

function read(...args: string[]): LbConfig {
  return readLbConfig(parseFlags(lbFlags, { command: 'meseta lb', about: '', args, env: {} }).flags);
}

test('the defaults are those of marathon-lb, with the API on this machine only', () => {
  expect(read('--group', 'external')).toMatchObject({
    marathon: ['http://master.mesos:8080'],
    groups: ['external'],
    sse: false,
    healthCheck: false,
    bindHttpHttps: true,
    bindAddress: '*',
    httpInPort: 80,
    httpsInPort: 443,
    appIdPort: 9091,
    statsPort: 9090,
    statsAddress: '127.0.0.1',
    httpPort: 9092,
    httpAddress: '127.0.0.1',
    certificates: [],
  });
});

test('several Marathons, groups and certificates', () => {
  const config = read(
    ...[
      '--group',
      'a',
      '--group',
      'b',
      '--marathon',
      'http://m1:8080 http://m2:8080',
      '--marathon',
      'https://m3',
    ],
    ...['--ssl-certs', '/a.pem, /b.pem', '--dont-bind-http-https', '--auth-credentials', 'bob:x:y'],
  );
  expect(config.marathon).toEqual(['http://m1:8080', 'http://m2:8080', 'https://m3']);
  expect(config.groups).toEqual(['a', 'b']);
  expect(config.certificates).toEqual(['/a.pem', '/b.pem']);
  expect(config.bindHttpHttps).toBe(false);
  expect(config.credentials).toEqual({ user: 'bob', password: 'x:y' });
});

const wrong: [string, string[], string][] = [
  ['no group', [], '--group is missing'],
  ['no URL', ['--group', 'a', '--marathon', 'm:1'], '--marathon: "m:1" is no URL'],
  ['no address', ['--group', 'a', '--bind-address', 'here'], '--bind-address: "here" is no IP address'],
  ['no pair', ['--group', 'a', '--auth-credentials', 'bob'], '--auth-credentials: the value cannot be used'],
  ['a typo', ['--group', 'a', '--marathn', 'x'], '--marathon'],
];

test.each(wrong)('%s is refused in words', (_name, args, text) => {
  expect(() => read(...args)).toThrow(text);
  expect(() => read(...args)).toThrow(UsageError);
});

test('the README lists the flags of the table', () => {
  expect(readFileSync(join(__dirname, '../../lb/README.md'), 'utf8')).toContain(flagReference(lbFlags));
});
