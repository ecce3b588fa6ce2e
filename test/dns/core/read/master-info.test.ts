import { readMasterInfo } from '../../../../dns/core/read/master-info';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test.each([
  [
    'an address',
    { address: { ip: '10.0.0.1', port: 5051 }, ip: 1, port: 2 },
    { host: '10.0.0.1', port: 5051 },
  ],
  ['an IPv6 address', { address: { ip: 'fd00::1', port: 5050 } }, { host: 'fd00::1', port: 5050 }],
  ['a number', { ip: 16_777_226, port: 5055 }, { host: '10.0.0.1', port: 5055 }],
  ['a number without a port', { ip: 0xfe01a8c0 | 0 }, { host: '192.168.1.254', port: 5050 }],
  ['a host name', { hostname: 'm1', port: 5050 }, { host: 'm1', port: 5050 }],
  ['nothing', {}, undefined],
  ['no object', 7, undefined],
])('JSON with %s', (_what, info, expected) => {
  expect(readMasterInfo('json.info_0000000001', json(info))).toEqual(expected);
});

test('protobuf, with and without an address', () => {
  const ip = Buffer.from('10.0.0.9');
  const address = Buffer.concat([Buffer.from([0x12, ip.length]), ip, Buffer.from([0x18, 0xbb, 0x27])]);
  const id = Buffer.from([0x0a, 1, 0x61]);
  const old = Buffer.from([0x10, 0x8a, 0x80, 0x80, 0x08, 0x18, 0xba, 0x27]);
  expect(readMasterInfo('info_0000000001', Buffer.concat([id, old]))).toEqual({
    host: '10.0.0.1',
    port: 5050,
  });
  const both = Buffer.concat([id, old, Buffer.from([0x3a, address.length]), address]);
  expect(readMasterInfo('info_0000000001', both)).toEqual({ host: '10.0.0.9', port: 5051 });
});

test('octets that are nothing are nothing', () => {
  for (const text of ['', '{', '\xff\xff', 'leader@10.0.0.1:5050'])
    expect(readMasterInfo('json.info_1', Buffer.from(text, 'latin1'))).toBeUndefined();
  for (const bytes of [[], [0x0a], [0x0a, 9, 1], [0x0b], [0x10, 0xff]])
    expect(() => readMasterInfo('info_1', Buffer.from(bytes))).not.toThrow();
});
