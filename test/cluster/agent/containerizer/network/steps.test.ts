import { readNetwork } from '../../../../../cluster/agent/containerizer/network/configuration';
import {
  getsResultAtDelete,
  withNetworkInfo,
} from '../../../../../cluster/agent/containerizer/network/steps';

it('refuses a configuration that has the argument of Mesos itself', () => {
  const network = readNetwork('{"name":"a","type":"ptp","args":{"org.apache.mesos":{}}}');
  expect(() => withNetworkInfo(network, { name: 'a' })).toThrow(
    "'org.apache.mesos' in 'args' should not be set in CNI network configuration file. It is reserved by Mesos",
  );
});

it.each([
  [undefined, false],
  ['0.2.0', false],
  ['0.3.1', false],
  ['0.4.0', true],
  ['1.0.0', true],
])('a plugin of CNI %s gets the result at DEL, too: %s', (cniVersion, expected) => {
  expect(getsResultAtDelete({ cniVersion })).toBe(expected);
});
