import { failureText, readDns, readResult } from '../../../../../cluster/agent/containerizer/network/result';

const none = { nameservers: [], domain: undefined, search: [], options: [] };

it.each<[string, object, readonly string[]]>([
  ['CNI 0.2.0', { ip4: { ip: '10.0.0.2/24', gateway: '10.0.0.1' }, dns: {} }, ['IPv4 10.0.0.2']],
  [
    'CNI 0.2.0 with both',
    { cniVersion: '0.2.0', ip6: { ip: 'fd00::2/64' }, ip4: { ip: '10.0.0.2/24' } },
    ['IPv4 10.0.0.2', 'IPv6 fd00::2'],
  ],
  [
    'CNI 0.4.0',
    {
      cniVersion: '0.4.0',
      ips: [
        { version: '6', address: 'fd00::2/64' },
        { version: '4', address: '10.0.0.2/8' },
      ],
    },
    ['IPv4 10.0.0.2', 'IPv6 fd00::2'],
  ],
  ['CNI 1.0.0', { cniVersion: '1.0.0', ips: [{ address: '10.0.0.2/24' }] }, ['IPv4 10.0.0.2']],
  ['a plugin that gives no address', { cniVersion: '1.0.0', interfaces: [] }, []],
])('reads the addresses of %s', (_version, json, addresses) => {
  const result = readResult(JSON.stringify(json));
  expect(result.addresses.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual(addresses);
  expect(result.dns).toEqual(none);
  expect(result.json).toEqual(json);
});

it.each([
  ['', /^JSON parse failed: /],
  ['[]', /^it is not a JSON object$/],
  ['{"ips":[{"address":"nope/24"}]}', /^"nope\/24" is not an IP address$/],
  ['{"ip4":{}}', /^"undefined" is not an IP address$/],
])('an output %j is wrong', (output, reason) => {
  expect(() => readResult(output)).toThrow(reason);
});

it('reads resolvers, and leaves out what is none', () => {
  const dns = { nameservers: ['10.0.0.1', 1], domain: 'a.test', search: ['a', 'b'], options: ['ndots:2'] };
  expect(readDns(dns)).toEqual({ ...dns, nameservers: ['10.0.0.1'] });
  expect(readDns({ domain: '' })).toEqual(none);
  expect(readDns(undefined)).toEqual(none);
});

it.each([
  ['{"cniVersion":"0.4.0","code":11,"msg":"try again"}', 'try again (code 11)'],
  ['{"code":100,"msg":"no","details":"at all"}', 'no: at all (code 100)'],
  ['panic', "exit status 1, stdout='panic', stderr='broken'"],
  ['{"code":7}', "exit status 1, stdout='{\"code\":7}', stderr='broken'"],
])('tells the failure %s as %s', (stdout, text) => {
  expect(failureText({ status: 'exit status 1', stdout, stderr: 'broken\n' })).toBe(text);
});
