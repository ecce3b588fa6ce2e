import { isNetwork, networkMatcher, networkOf, PRIVATE_NETWORKS } from '../../../dns/edge/networks';

test.each([
  ['127.0.0.1', true],
  ['10.200.1.2', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['fe80::1%eth0', true],
  ['fd00::1', true],
  ['2001:db8::1', false],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['', false],
])('%s is private: %p', (address, is) => {
  expect(networkMatcher(PRIVATE_NETWORKS)(address)).toBe(is);
});

test.each([
  ['10.0.0.0/8', true],
  ['10.0.0.1', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['host', false],
])('isNetwork(%j) is %p', (text, is) => {
  expect(isNetwork(text)).toBe(is);
});

test.each([
  ['198.51.100.1', '198.51.100.1'],
  ['::ffff:198.51.100.1', '198.51.100.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8::2%eth0', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::', 'fe80:0:0:0'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
