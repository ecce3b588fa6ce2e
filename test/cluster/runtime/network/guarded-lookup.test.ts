import type { LookupAddress } from 'node:dns';
import {
  assertReachable,
  guardedLookup,
  LinkLocalRefused,
} from '../../../../cluster/runtime/network/guarded-lookup';

describe('assertReachable', () => {
  test.each([
    ['169.254.169.254'],
    ['2852039166'],
    ['0xa9fea9fe'],
    ['0xA9.0xFE.0xA9.0xFE'],
    ['0251.0376.0251.0376'],
    ['169.254.43518'],
    ['[::ffff:169.254.169.254]'],
    ['[fe80::1]'],
    ['fe80::1'],
  ])('rejects for %s', async (host) => {
    await expect(assertReachable(host)).rejects.toThrow(LinkLocalRefused);
  });

  test.each([['127.0.0.1'], ['localhost'], ['[::1]'], ['2130706433']])('takes %s', async (host) => {
    await expect(assertReachable(host)).resolves.toBeUndefined();
  });
});

describe('guardedLookup', () => {
  const ask = (host: string, all: boolean): Promise<string | LookupAddress[]> =>
    new Promise((resolve, reject) =>
      guardedLookup(host, { all }, (error, address) => (error ? reject(error) : resolve(address))),
    );

  test('answers as the lookup of Node does, one address or all', async () => {
    expect(await ask('127.0.0.1', false)).toBe('127.0.0.1');
    expect(await ask('127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  test('tells which name has a link-local address', async () => {
    await expect(ask('2852039166', false)).rejects.toThrow(
      '2852039166 has the link-local address 169.254.169.254',
    );
    await expect(ask('169.254.1.1', true)).rejects.toThrow('169.254.1.1 is a link-local address');
  });
});
