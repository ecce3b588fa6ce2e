import { hidePassword, zkUrlOf } from '../../../../cluster/zookeeper/edge/flag';

it.each([
  ['zk://a:2181/mesos', 'zk://a:2181/mesos'],
  ['zk://user:p@ss:w@a:2181,b/mesos', 'zk://user:***@a:2181,b/mesos'],
  [' zk://user:pw@a/mesos', ' zk://user:***@a/mesos'],
  ['10.0.0.1:5050', '10.0.0.1:5050'],
])('%j is shown as %j', (text, shown) => {
  expect(hidePassword(text)).toBe(shown);
});

it.each(['zk://user:hidden@', 'zk://user:hidden@a:2181', 'zk://user:hidden@a/x//y'])(
  '%s is refused with the name of its flag, and without its password',
  (text) => {
    expect(() => zkUrlOf('--zk', text)).toThrow(/^--zk: /);
    expect(() => zkUrlOf('--zk', text)).not.toThrow(/hidden/);
  },
);
