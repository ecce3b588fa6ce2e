import {
  printNetwork,
  programsOf,
  readNetwork,
} from '../../../../../cluster/agent/containerizer/network/configuration';

const mapper = {
  name: 'm',
  type: 'mesos-cni-port-mapper',
  chain: 'MESOS',
  delegate: { type: 'bridge', ipam: { type: 'host-local' } },
};
const names = (configuration: object): readonly string[] =>
  programsOf(readNetwork(JSON.stringify(configuration))).map(({ kind, name }) => `${kind} ${name}`);

it.each<[string, object, readonly string[]]>([
  ['one plugin', { name: 'a', type: 'ptp', ipam: { type: 'dhcp' } }, ['CNI plugin ptp', 'IPAM plugin dhcp']],
  ['a plugin without addresses', { name: 'a', type: 'macvlan', ipam: {} }, ['CNI plugin macvlan']],
  [
    'a chain of plugins',
    { name: 'a', cniVersion: '0.4.0', plugins: [{ type: 'bridge' }, { type: 'portmap' }] },
    ['CNI plugin bridge', 'CNI plugin portmap'],
  ],
  ['a port mapper, which needs its delegate', mapper, ['CNI plugin bridge', 'IPAM plugin host-local']],
])('reads %s, prints it as it was, and knows the programs', (_name, configuration, programs) => {
  const text = JSON.stringify(configuration);
  expect(JSON.parse(printNetwork(readNetwork(text)))).toEqual(configuration);
  expect(names(configuration)).toEqual(programs);
});

it.each<[unknown, string]>([
  [[], 'it is not a JSON object'],
  [{ type: 'ptp' }, "'name' is missing"],
  [{ name: '../a', type: 'ptp' }, "'name' is \"../a\", and may have letters, digits, '_', '.' and '-' alone"],
  [{ name: 'ns', type: 'ptp' }, '\'name\' is "ns", which is reserved'],
  [{ name: 'a' }, "'type' is missing"],
  [{ name: 'a', type: '../ptp' }, '\'type\' is "../ptp", and not the name of a program'],
  [{ name: 'a', type: 'ptp', ipam: { type: 1 } }, "'ipam.type' is missing"],
  [{ name: 'a', type: 'ptp', args: 1 }, "'args' is not an object"],
  [{ name: 'a', type: 'ptp', cniVersion: 1 }, "'cniVersion' is not a text"],
  [{ name: 'a', plugins: [] }, "'plugins' is not a list of plugins"],
  [{ name: 'a', plugins: ['ptp'] }, "an entry of 'plugins' is not an object"],
  [{ name: 'a', plugins: [{ type: 'ptp' }, {}] }, "'type' is missing"],
  [{ ...mapper, chain: undefined }, "Failed to get the required field 'chain': Not found"],
  [{ ...mapper, chain: 'a b' }, '\'chain\' is "a b", and not the name of a chain of iptables'],
  [{ ...mapper, delegate: undefined }, "Failed to get the required field 'delegate': Not found"],
  [{ ...mapper, delegate: mapper }, "'delegate' is a port mapper itself"],
  [
    { ...mapper, excludeDevices: [1] },
    "Failed to parse 'excludeDevices' list. The excluded device needs to be a string",
  ],
])('a configuration %j is wrong: %s', (configuration, reason) => {
  expect(() => readNetwork(JSON.stringify(configuration))).toThrow(new Error(reason));
});

it('a text that is no JSON is wrong', () => {
  expect(() => readNetwork('{')).toThrow(/^JSON parse failed: /);
});
