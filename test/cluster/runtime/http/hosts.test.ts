import { hostname } from 'node:os';
import { parseFlags, UsageError } from '../../../../cluster/runtime/config/flags';
import { allowedHostsFlag, fullNames, hostPattern, hostRule } from '../../../../cluster/runtime/http/hosts';

describe('the names of a daemon', () => {
  const names = {
    domain: 'cluster.corp.',
    advertised: [undefined, 'm1.corp.example', 'https://ui.corp.example:8443/marathon'],
    allowed: ['a.example, B.Example.', '.wild.example'],
  };
  const allows = hostRule(names);
  const pattern = new RegExp(hostPattern(names), 'i');
  it.each<[string | undefined, boolean]>([
    [undefined, true],
    ['', true],
    ['127.0.0.1:5050', true],
    ['10.1.2.3', true],
    ['[::1]:5050', true],
    ['[fe80::1]', true],
    ['localhost:5050', true],
    ['ui.localhost', true],
    ['LOCALHOST.', true],
    ['myhost:5050', true],
    [hostname(), true],
    ['leader.cluster.corp', true],
    ['LEADER.cluster.corp.:8123', true],
    ['m1.corp.example:5050', true],
    ['ui.corp.example', true],
    ['a.example:80', true],
    ['b.example', true],
    ['x.wild.example', true],
    ['wild.example', false],
    ['leader.mesos', false],
    ['evil.example:5050', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['evilcluster.corp', false],
    ['1.2.3', false],
    ['x@127.0.0.1', false],
  ])('have %s among them: %s', (host, expected) => {
    expect(allows(host)).toBe(expected);
    expect(allows(host)).toBe(expected);
    // Numbers with dots are no names of anybody, so the pattern need not tell them from addresses.
    if (host !== undefined && host !== '1.2.3') expect(pattern.test(host)).toBe(expected);
  });

  it('are those of the domain mesos without another', () => {
    expect([hostRule()('leader.mesos:5050'), hostRule()('evil.example')]).toEqual([true, false]);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['m1', '', 'search corp.example other.example', ['m1', 'm1.corp.example']],
    ['m1.corp.example', '', '', ['m1.corp.example']],
    [
      'm1',
      '127.0.1.1 m1.lan m1 # me',
      'nameserver 10.0.0.1\ndomain corp.example',
      ['m1', 'm1.lan', 'm1.corp.example'],
    ],
    ['m1', '10.0.0.9 other.lan other', 'search .', ['m1']],
    ['m1', '127.0.0.1 evil.example m1', '', ['m1']],
  ])('of the host %s come from hosts(5) and resolv.conf(5)', (host, hosts, resolver, expected) => {
    expect(fullNames(host, { hosts, resolver })).toEqual(expected);
  });
});

describe('the flag --allowed_hosts', () => {
  const parse = (...args: string[]) =>
    parseFlags(
      { allowed_hosts: allowedHostsFlag('allowed-hosts') },
      { command: 'meseta lb', about: '', args, env: {} },
    ).flags.allowed_hosts;

  it('takes names with commas, several times, and its other spelling', () => {
    expect(parse('--allowed_hosts=a.example,b.example', '--allowed-hosts=.c.example')).toEqual([
      'a.example,b.example',
      '.c.example',
    ]);
    expect(parse()).toEqual([]);
  });

  it.each(['http://a.example', 'a.example:80', '*.example', 'a b'])('refuses %s', (host) => {
    expect(() => parse(`--allowed_hosts=${host}`)).toThrow(UsageError);
  });
});
