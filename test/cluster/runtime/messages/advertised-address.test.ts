import {
  ADVERTISE,
  advertisedAddress,
  reachableAddress,
} from '../../../../cluster/runtime/messages/advertised-address';

it.each([
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['0.0.0.0', undefined, '0.0.0.0'],
  ['localhost', undefined, 'localhost'],
  ['10.0.0.1', '10.0.0.9', '10.0.0.9'],
  ['::', '10.0.0.9', '10.0.0.9'],
])('who listens on %s and advertises %s tells %s', (ip, advertised, told) => {
  expect(advertisedAddress({ ip, advertise_ip: advertised }, ADVERTISE)).toBe(told);
});

it.each(['::', '::1', '[::1]', 'fd00::2', 'fe80::1%eth0', '::ffff:127.0.0.1'])(
  '--ip=%s is refused with the flags that help',
  (ip) => {
    const refused = (): string => advertisedAddress({ ip, advertise_ip: undefined }, ADVERTISE);
    expect(refused).toThrow(`--ip: ${ip} is an IPv6 address`);
    expect(refused).toThrow('give an IPv4 address of this machine, such as 127.0.0.1, or tell');
    expect(refused).toThrow('--advertise_ip');
  },
);

it('names no flag that a process does not have', () => {
  expect(() => advertisedAddress({ ip: '::1' })).toThrow(/such as 127\.0\.0\.1$/);
});

it.each<[string, string[], string[], string]>([
  ['the address of the host name', ['10.0.0.7'], ['10.0.0.1'], '10.0.0.7'],
  [
    'that of an interface where the name is of this machine alone',
    ['127.0.1.1'],
    ['10.0.0.1', '10.0.1.1'],
    '10.0.0.1',
  ],
  ['that of an interface where the name leads nowhere', [], ['10.0.0.1'], '10.0.0.1'],
  ['127.0.0.1 on a machine without a network', ['127.0.1.1'], [], '127.0.0.1'],
])('who listens on 0.0.0.0 tells %s', async (_name, named, interfaces, told) => {
  const machine = { named: async () => named, interfaces: () => interfaces };
  expect(await reachableAddress({ ip: '0.0.0.0' }, ADVERTISE, machine)).toBe(told);
  expect(await reachableAddress({ ip: '0.0.0.0', advertise_ip: '10.9.9.9' }, ADVERTISE, machine)).toBe(
    '10.9.9.9',
  );
  expect(await reachableAddress({ ip: '127.0.0.2' }, ADVERTISE, machine)).toBe('127.0.0.2');
});
