import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { StartError } from '../../../cluster/runtime/lifecycle';
import { type DnsConfig, dnsFlags, readDnsConfig } from '../../../dns/config';
import { viewConfig } from '../../../dns/edge/config-view';
import { inFileNames } from '../../../dns/edge/settings-file';

const folder = mkdtempSync(join(tmpdir(), 'dns-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function read(document: unknown, ...args: readonly string[]): DnsConfig {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  const { flags } = parseFlags(dnsFlags, {
    command: 'dns',
    about: '',
    args: ['--config', path, ...args],
    env: {},
  });
  return readDnsConfig(flags);
}

const MASTERS = { masters: ['10.0.0.1:5050'] };

test("the original's defaults, but HTTP only for this machine", () => {
  expect(read(MASTERS)).toMatchObject({
    ...{ domain: 'mesos', listeners: ['0.0.0.0'], port: 53, httpListener: '127.0.0.1', httpPort: 8123 },
    ...{ dnsOn: true, httpOn: true, external: true, recurseOn: true, truncateBit: true, enumeration: true },
    ...{ refreshMs: 60_000, stateTimeoutMs: 300_000, forwardTimeoutMs: 5000, zkDetectionMs: 30_000 },
    resolvers: [{ host: '8.8.8.8', port: 53 }],
    ipSources: ['netinfo', 'mesos', 'host'],
    authority: {
      mname: 'ns1.mesos',
      rname: 'root.ns1.mesos',
      ttl: 60,
      refresh: 60,
      retry: 600,
      expire: 86_400,
    },
  });
});

test('names match without regard to case, unknown ones are passed over, null is none', () => {
  const config = read({
    ...{ ZK: 'zk://user:pass@10.0.0.1:2181,10.0.0.2:2181/mesos', MASTERS: null, email: 'x', ns: 'y' },
    ...{
      Domain: 'Cluster.Example',
      ttl: 0,
      RefreshSeconds: 5,
      Listener: '10.0.0.9',
      httpon: false,
      Port: 8053,
    },
    ...{ resolvers: ['9.9.9.9', '10.0.0.2:5353'], ZoneResolvers: { 'corp.example': ['10.0.0.3'] } },
    ...{
      SOAMname: 'ns.x.',
      SOARname: 'me@x.y',
      EnforceRFC952: true,
      IPSources: ['host'],
      SRVRecordDefaultWeight: 7,
    },
    ...{
      MesosAuthentication: 'basic',
      MesosCredentials: { principal: 'p', SECRET: 's' },
      SetTruncateBit: false,
    },
  });
  expect(config).toMatchObject({
    ...{ zk: 'zk://user:pass@10.0.0.1:2181,10.0.0.2:2181/mesos', masters: [], domain: 'cluster.example' },
    ...{ listeners: ['10.0.0.9'], httpOn: false, port: 8053, labelRule: 'rfc952', ipSources: ['host'] },
    resolvers: [
      { host: '9.9.9.9', port: 53 },
      { host: '10.0.0.2', port: 5353 },
    ],
    zoneResolvers: [{ zone: 'corp.example', resolvers: [{ host: '10.0.0.3', port: 53 }] }],
    authority: { mname: 'ns.x', rname: 'me.x.y', ttl: 0, srvWeight: 7 },
    access: { login: { kind: 'basic', principal: 'p', secret: 's' } },
    truncateBit: false,
  });
});

test('a flag that is not at its default wins over the file', () => {
  expect(read({ ...MASTERS, Port: 1053, Domain: 'a' }, '--port', '2053')).toMatchObject({
    port: 2053,
    domain: 'a',
  });
});

test('no time for resolvers means the usual one', () => {
  expect(read({ ...MASTERS, Timeout: 0 }).forwardTimeoutMs).toBe(5000);
});

test('an empty list of resolvers means those of the machine', () => {
  expect(read({ ...MASTERS, Resolvers: [] }).resolvers).toBeUndefined();
  expect(read({ ...MASTERS, Resolvers: null }).resolvers).toBeUndefined();
});

test.each<[string, unknown]>([
  ['no masters and no zk', {}],
  ['no JSON', '{'],
  ['a list', '[]'],
  ['DNS and HTTP off', { ...MASTERS, DnsOn: false, HttpOn: false }],
  ['a master without port', { masters: ['10.0.0.1'] }],
  ['a master with port 0', { masters: ['10.0.0.1:0'] }],
  ['a master twice', { masters: ['[fd00::1]:5050', '[FD00:0::1]:5050'] }],
  ['a text for a number', { ...MASTERS, TTL: '60' }],
  ['a number for a text', { ...MASTERS, Domain: 7 }],
  ['half a second', { ...MASTERS, RefreshSeconds: 0.5 }],
  ['no refresh', { ...MASTERS, RefreshSeconds: 0 }],
  ['no time for the state', { ...MASTERS, StateTimeoutSeconds: 0 }],
  ['a time for resolvers below zero', { ...MASTERS, Timeout: -1 }],
  ['a weight too large', { ...MASTERS, SRVRecordDefaultWeight: 65_536 }],
  ['a domain with an underscore', { ...MASTERS, Domain: 'a_b' }],
  ['a domain with a final dot', { ...MASTERS, Domain: 'mesos.' }],
  ['a resolver with a name', { ...MASTERS, Resolvers: ['dns.example'] }],
  ['a resolver with a bad port', { ...MASTERS, Resolvers: ['9.9.9.9:99999'] }],
  ['a resolver twice', { ...MASTERS, Resolvers: ['9.9.9.9', '9.9.9.9:53'] }],
  ['a resolver twice in other words', { ...MASTERS, Resolvers: ['[0::1]:53', '::1'] }],
  ['a zone without resolvers', { ...MASTERS, ZoneResolvers: { 'a.b': [] } }],
  ['a zone that is the domain', { ...MASTERS, ZoneResolvers: { mesos: ['9.9.9.9'] } }],
  ['a zone inside the domain', { ...MASTERS, ZoneResolvers: { 'a.mesos': ['9.9.9.9'] } }],
  ['a zone inside another', { ...MASTERS, ZoneResolvers: { 'b.c': ['9.9.9.9'], 'a.b.c': ['9.9.9.9'] } }],
  ['no IP sources', { ...MASTERS, IPSources: [] }],
  ['null as IP sources', { ...MASTERS, IPSources: null }],
  ['an IP source twice', { ...MASTERS, IPSources: ['host', 'host'] }],
  ['an unknown IP source', { ...MASTERS, IPSources: ['rkt'] }],
  ['half a key pair', { ...MASTERS, CertFile: '/dev/null' }],
  ['a file that is not there', { ...MASTERS, CACertFile: '/nowhere/ca.pem' }],
  ['basic without credentials', { ...MASTERS, MesosAuthentication: 'basic' }],
  ['a file for iam that is not there', { ...MASTERS, IAMConfigFile: '/nowhere/iam.json' }],
  ['iam without a file', { ...MASTERS, MesosAuthentication: 'iam' }],
  ['an unknown authentication', { ...MASTERS, MesosAuthentication: 'kerberos' }],
  ['a zk that is none', { zk: 'http://x' }],
])('%s ends the start', (_what, document) => {
  // Status 1, as the original's; a wrong command line is 2.
  expect(() => read(document)).toThrow(StartError);
});

test('errors call settings as the file does', () => {
  expect(() => read({ ...MASTERS, IPSources: ['rkt'] })).toThrow(
    'IPSources: "rkt" cannot be used: expected a list out of netinfo, mesos, docker, host',
  );
});

test('what is only about forwarding is not looked at without it', () => {
  const zones = { mesos: ['9.9.9.9'] };
  expect(
    read({ ...MASTERS, ExternalOn: false, Resolvers: ['x'], ZoneResolvers: zones }).zoneResolvers,
  ).toEqual([]);
});

test('/v1/config shows resolvers as they were written, used or not', () => {
  const Resolvers = ['9.9.9.9', '10.0.0.2:5353', '10.0.0.3:53'];
  for (const ExternalOn of [true, false])
    expect(viewConfig(read({ ...MASTERS, ExternalOn, Resolvers }), 1)).toMatchObject({ Resolvers });
  const ZoneResolvers = { 'corp.example': ['10.0.0.4', '10.0.0.5:5353'] };
  expect(viewConfig(read({ ...MASTERS, ZoneResolvers }), 1)).toMatchObject({ ZoneResolvers });
});

test("/v1/config has the original's names, and no secret", () => {
  const config = read({
    ...{ zk: 'zk://user:hidden@10.0.0.1:2181/mesos', MesosAuthentication: 'basic' },
    MesosCredentials: { principal: 'p', secret: 'hidden' },
  });
  const view = viewConfig(config, 7);
  expect(JSON.stringify(view)).not.toContain('hidden');
  expect(view).toMatchObject({
    ...{ SOASerial: 7, SOAMname: 'ns1.mesos.', Zk: 'zk://user:***@10.0.0.1:2181/mesos', Masters: null },
    ...{ Resolvers: ['8.8.8.8'], DnsOn: true, MesosCredentials: { Principal: 'p', Secret: '***' } },
  });
});

test('keys that are not settings are told, with the nearest one; those without effect say why', () => {
  const { notices } = read({
    ...MASTERS,
    ...{ refreshSecond: 5, resolver: ['9.9.9.9'], email: 'x', SOASerial: 7, file: 'c.json', SOAMnam: 'a' },
    mesosCredentials: { principal: 'p', secrt: 's' },
  });
  expect(notices.map((notice) => notice.replace(/\/\S+\.json/, 'FILE'))).toEqual([
    'refreshSecond in FILE is not a setting: did you mean refreshSeconds?',
    'resolver in FILE is not a setting: did you mean resolvers?',
    'email in FILE is not a setting: it is passed over',
    'SOASerial in FILE is without effect: the serial is made from the time of the zone',
    'file in FILE is without effect: it is the path of the file itself',
    'SOAMnam in FILE is not a setting: did you mean SOAMname?',
    'secrt in MesosCredentials of FILE is not a setting: did you mean secret?',
  ]);
  expect(read(MASTERS).notices).toEqual([]);
});

test.each<[string, unknown, readonly string[], string]>([
  ['as the file spells them', { masters: ['h'] }, [], 'masters: "h" cannot be used'],
  ['as the file spells them, even oddly', { MaStErS: ['h'] }, [], 'MaStErS: "h" cannot be used'],
  ['as documents spell what is missing', {}, [], 'masters is missing in'],
  ['with where ZooKeeper would be', {}, [], 'or zk, as "zk://'],
  [
    'inside credentials',
    { ...MASTERS, MesosAuthentication: 'basic' },
    [],
    'mesosCredentials.principal is needed',
  ],
  ['with a wrong type', { ...MASTERS, port: 'x' }, [], '--config: port in '],
  ['by the flag that was typed', MASTERS, ['--domain', 'a_b'], '--domain: "a_b" cannot be used'],
  [
    'by the flag that was typed over the file',
    { masters: ['h'] },
    ['--masters', 'i'],
    '--masters: "i" cannot',
  ],
  [
    'with a colon too many',
    { zk: 'zk://h:2181:/mesos' },
    [],
    'zk: a server ends in a colon, as in host:2181:/path',
  ],
])('errors name settings %s', (_how, document, args, text) => {
  expect(() => read(document, ...args)).toThrow(text);
});

test('names of settings are for what was not typed', () => {
  const { settingNames } = read({ ...MASTERS, HTTPPORT: 81 }, '--port', '1053');
  const text = 'listen elsewhere with --port, --http-port, --zk-detection-timeout or --unheard-of';
  expect(inFileNames(text, settingNames)).toBe(
    'listen elsewhere with --port, HTTPPORT, zkDetectionTimeout or --unheard-of',
  );
});
