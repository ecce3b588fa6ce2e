import {
  deletions,
  jumps,
  type MappingRules,
  mappingRules,
} from '../../../../../cluster/agent/containerizer/network/port-mapper';

const container = { containerId: 'c1', address: '10.0.0.2' };
const rulesOf = (excludeDevices: readonly string[], mappings: MappingRules['mappings']): string[] =>
  mappingRules({ chain: 'M', excludeDevices, mappings }, container).map((words) => words.join(' '));
const tcp = { hostPort: 8080, containerPort: 80, protocol: 'tcp' };

it.each<[string, readonly string[], MappingRules['mappings'], readonly string[]]>([
  [
    'two ports',
    [],
    [tcp, { hostPort: 53, containerPort: 54, protocol: 'udp' }],
    [
      'M -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80 -m comment --comment container_id: c1',
      'M -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.0.2:54 -m comment --comment container_id: c1',
    ],
  ],
  [
    'a device that is excluded',
    ['br0'],
    [tcp],
    [
      'M ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80 -m comment --comment container_id: c1',
    ],
  ],
  [
    'two devices that are excluded',
    ['br0', 'br1'],
    [tcp],
    [
      'M -i br0 -p tcp -m tcp --dport 8080 -j RETURN -m comment --comment container_id: c1',
      'M -i br1 -p tcp -m tcp --dport 8080 -j RETURN -m comment --comment container_id: c1',
      'M -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80 -m comment --comment container_id: c1',
    ],
  ],
  ['no port', ['br0'], [], []],
])('has rules for %s', (_name, excludeDevices, mappings, rules) => {
  expect(rulesOf(excludeDevices, mappings)).toEqual(rules);
});

it('leads traffic for the host to the chain', () => {
  expect(jumps('M').map((words) => words.join(' '))).toEqual([
    'PREROUTING -m addrtype --dst-type LOCAL -j M',
    'OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j M',
  ]);
});

it('deletes the rules of a container, and of no other whose id begins in the same way', () => {
  const printed = `-N M
-A M ! -i br0 -p tcp -m tcp --dport 8080 -m comment --comment "container_id: c1" -j DNAT --to-destination 10.0.0.2:80
-A M -p tcp -m tcp --dport 8081 -m comment --comment "container_id: c1.n" -j DNAT --to-destination 10.0.0.3:80
-A M -m comment --comment "a \\"quoted\\" one"
`;
  expect(deletions(printed, 'c1')).toEqual([
    [
      ...['-w', '-t', 'nat', '-D', 'M', '!', '-i', 'br0', '-p', 'tcp', '-m', 'tcp', '--dport', '8080'],
      ...['-m', 'comment', '--comment', 'container_id: c1', '-j', 'DNAT', '--to-destination', '10.0.0.2:80'],
    ],
  ]);
});
