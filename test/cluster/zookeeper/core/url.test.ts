import { readMembers } from '../../../../cluster/zookeeper/core/members';
import { readZkUrl } from '../../../../cluster/zookeeper/core/url';

test.each([
  ['zk://a:2181/mesos', [{ host: 'a', port: 2181 }], '/mesos', undefined],
  [
    'zk://a,10.0.0.2:2182/x/y/',
    [
      { host: 'a', port: 2181 },
      { host: '10.0.0.2', port: 2182 },
    ],
    '/x/y',
    undefined,
  ],
  ['zk://user:p@ss:w@a', [{ host: 'a', port: 2181 }], '/', 'user:p@ss:w'],
  [' zk://a/ ', [{ host: 'a', port: 2181 }], '/', undefined],
])('%s', (text, servers, path, auth) => {
  expect(readZkUrl(text)).toEqual({ servers, path, auth });
});

test.each([
  '',
  'a:2181/mesos',
  'http://a/',
  'zk://',
  'zk:///x',
  'zk://a:0/',
  'zk://a:99999/',
  'zk://a/x//y',
  'zk://user@a/',
  'zk://a/..',
])('%j is none', (text) => {
  expect(readZkUrl(text)).toHaveProperty('error');
});

test('row 10: an IPv6 address is refused with the way out, and no error repeats the text', () => {
  expect(readZkUrl('zk://[::1]:2181/x')).toEqual({ error: expect.stringContaining('host name') });
  expect(JSON.stringify(readZkUrl('zk://user:hidden@[::1]/x'))).not.toContain('hidden');
});

test('members are ordered by number, the first prefix that anybody has counts, the rest is passed over', () => {
  const children = [
    'json.info_0000000010',
    'log_replicas',
    'json.info_0000000009',
    'info_0000000001',
    'json.info_x',
  ];
  expect(readMembers(children, ['json.info_', 'info_']).map(({ sequence }) => sequence)).toEqual([9, 10]);
  expect(readMembers(children.slice(1, 2), ['json.info_'])).toEqual([]);
  expect(readMembers(['info_0000000001'], ['json.info_', 'info_'])).toEqual([
    { name: 'info_0000000001', sequence: 1 },
  ]);
});
