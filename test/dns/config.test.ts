import { parseFlags, UsageError } from '../../cluster/runtime/config/flags';
import { type DnsConfig, dnsFlags, readDnsConfig } from '../../dns/config';

function read(...args: readonly string[]): DnsConfig {
  const { flags } = parseFlags(dnsFlags, { command: 'meseta dns', about: 'DNS', args, env: {} });
  return readDnsConfig(flags);
}

const MASTER = ['--masters', '10.0.0.1:5050'];

test('the defaults', () => {
  expect(read(...MASTER)).toMatchObject({
    ...{
      domain: 'mesos',
      listeners: ['127.0.0.1'],
      port: 53,
      compat: 'mesos-dns',
      httpListener: '127.0.0.1',
      httpPort: 8123,
    },
    ...{ refreshMs: 60_000, external: true, resolvers: undefined, labelRule: 'rfc1123', version: 'dev' },
    masters: [{ host: '10.0.0.1', port: 5050 }],
    ipSources: ['netinfo', 'mesos', 'host'],
    authority: { mname: 'ns1.mesos', rname: 'root.ns1.mesos', ttl: 60, minimum: 60, srvWeight: 1 },
  });
});

test('what can be given', () => {
  const config = read(
    ...['--masters', '10.0.0.1:5050,m2:5051', '--masters', '[FD00::1]:5050', '--domain', 'Cluster.Example'],
    ...['--resolvers', '9.9.9.9, 10.0.0.2:5353,fd00::53,[fd00::54]:54', '--enforce-rfc952'],
    ...[
      '--ip-sources',
      'host,docker',
      '--soa-rname',
      'admin@example.org.',
      '--recursion-networks',
      '10.1.0.0/16',
    ],
  );
  expect(config).toMatchObject({
    masters: [
      { host: '10.0.0.1', port: 5050 },
      { host: 'm2', port: 5051 },
      { host: 'fd00::1', port: 5050 },
    ],
    resolvers: [
      { host: '9.9.9.9', port: 53 },
      { host: '10.0.0.2', port: 5353 },
      { host: 'fd00::53', port: 53 },
      { host: 'fd00::54', port: 54 },
    ],
    ...{ domain: 'cluster.example', external: true, labelRule: 'rfc952', ipSources: ['host', 'docker'] },
    authority: { mname: 'ns1.cluster.example', rname: 'admin.example.org' },
    recursionNetworks: ['10.1.0.0/16'],
  });
});

test.each([
  ['masters', []],
  ['masters', ['--masters', '10.0.0.1']],
  ['masters', ['--masters', 'http://10.0.0.1:5050']],
  ['masters', ['--masters', '10.0.0.1:0']],
  ['masters', ['--masters', 'fd00::1:5050,[fd00::1]:5050,[FD00::1]:5050']],
  ['domain', [...MASTER, '--domain', 'a..b']],
  ['domain', [...MASTER, '--domain', 'a_b']],
  ['domain', [...MASTER, '--domain', 'a'.repeat(64)]],
  ['listener', [...MASTER, '--listener', 'localhost']],
  ['http-listener', [...MASTER, '--http-listener', 'x']],
  ['port', [...MASTER, '--port', '70000']],
  ['resolvers', [...MASTER, '--resolvers', 'dns.example']],
  ['resolvers', [...MASTER, '--resolvers', '']],
  ['recursion-networks', [...MASTER, '--recursion-networks', '10.0.0.0/40']],
  ['ip-sources', [...MASTER, '--ip-sources', 'rkt']],
  ['ip-sources', [...MASTER, '--ip-sources', 'host,host']],
  ['ip-sources', [...MASTER, '--ip-sources', '']],
  ['soa-mname', [...MASTER, '--soa-mname', 'a..b']],
  ['external', [...MASTER, '--external=maybe']],
  ['refresh-seconds', [...MASTER, '--refresh-seconds', '0']],
])('--%s: %j is refused with the name of the flag', (flag, args) => {
  const attempt = (): DnsConfig => read(...args);
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(`--${flag}`);
});
