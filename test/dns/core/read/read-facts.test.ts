import { countRanges } from '../../../../cluster/model/ranges';
import { laterStatus } from '../../../../dns/core/facts/cluster-facts';
import {
  readDiscovery,
  readPid,
  readPortRanges,
  readRunningStatus,
  readStatuses,
  TASK_PORTS_MAX,
  usablePorts,
} from '../../../../dns/core/read/read-facts';

test.each([
  ['slave(1)@10.0.0.2:5051', { host: '10.0.0.2', port: 5051 }],
  [' "slave(1)@host:5051" ', { host: 'host', port: 5051 }],
  ['10.0.0.2:5051', { host: '10.0.0.2', port: 5051 }],
  ['slave(1)@[::1]:5051', { host: '::1', port: 5051 }],
  ['', undefined],
  ['slave(1)@10.0.0.2', undefined],
  ['slave(1)@10.0.0.2:99999', undefined],
  ['@:1', undefined],
])('readPid(%j)', (text, expected) => {
  expect(readPid(text)).toEqual(expected);
});

test('a running status tells its addresses by source, others tell nothing', () => {
  const container_status = {
    network_infos: [
      { ip_addresses: [{ ip_address: '172.17.0.2' }, { ip_address: '172.17.0.3' }], ip_address: '9.9.9.9' },
      { ip_address: '172.17.0.4' },
      null,
    ],
  };
  const labels = [{ key: 'MesosContainerizer.NetworkSettings.IPAddress', value: '10.9.9.9' }];
  const read = {
    timestamp: 2,
    healthy: true,
    netinfo: ['172.17.0.2', '172.17.0.3', '172.17.0.4'],
    mesos: ['10.9.9.9'],
    docker: [],
  };
  const status = { state: 'TASK_RUNNING', timestamp: 2, container_status, labels };
  expect(readRunningStatus(status)).toEqual(read);
  expect(readRunningStatus({ ...status, labels: { labels } })).toEqual(read);
  expect(readRunningStatus({ ...status, state: 'TASK_STARTING' })).toBeUndefined();
  expect(readRunningStatus(7)).toBeUndefined();
});

test('the later status counts, of equal ones the first', () => {
  const statusAt = (timestamp: number) => ({ timestamp, healthy: true, netinfo: [], mesos: [], docker: [] });
  const [first, second, third] = [statusAt(1), statusAt(2), statusAt(2)];
  expect(laterStatus(first, second)).toBe(second);
  expect(laterStatus(second, third)).toBe(second);
  expect(laterStatus(second, first)).toBe(second);
  expect(laterStatus(undefined, undefined)).toBeUndefined();
});

test('discovery without a name is none; its bad ports are left out with a note', () => {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  expect(readDiscovery({ name: '', ports: { ports: [{ number: 1 }] } }, note)).toBeUndefined();
  expect(
    readDiscovery({ name: 'x', ports: { ports: [{ number: 80 }, { number: 70_000 }, {}, 'odd'] } }, note),
  ).toEqual({
    name: 'x',
    ports: [
      { number: 80, name: '', protocol: '' },
      { number: 70_000, name: '', protocol: '' },
      // One without a number is port 0, as in the original.
      { number: 0, name: '', protocol: '' },
    ],
  });
  expect(notes).toEqual(['discovery port "odd" is not a port']);
});

test('ports are limited in number', () => {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  expect(
    countRanges(
      usablePorts(
        [
          [1, 10],
          [100, 4_000_000_000],
        ],
        note,
      ),
    ),
  ).toBe(TASK_PORTS_MAX);
  expect(notes).toHaveLength(1);
});

test.each([
  [
    '[31000-31001, 31005-31005]',
    [
      [31000, 31001],
      [31005, 31005],
    ],
  ],
  ['[]', []],
  [
    '[1-2, a-b, 4-5]',
    [
      [1, 2],
      [4, 5],
    ],
  ],
  ['[ 1 - 2 , 7-8 ]', [[7, 8]]],
  ['[1-2-9]', [[1, 2]]],
  ['[9-1, +3-04]', [[3, 4]]],
  ['x[1-2]y[3-4]', [[1, 2]]],
  ['[1-2', [[1, 2]]],
])('ports %s', (text, ranges) => {
  expect(readPortRanges(text)).toEqual(ranges);
});

test.each(['31000', '[31000]', '[a-b]', 'ports'])('ports %s are none', (text) => {
  expect(readPortRanges(text)).toHaveProperty('error');
});

test('statuses without addresses forget those before, or keep the latest of them', () => {
  const statusAt = (timestamp: number, address?: string, healthy?: boolean) => ({
    state: 'TASK_RUNNING',
    timestamp,
    ...(healthy !== undefined && { healthy }),
    ...(address && { container_status: { network_infos: [{ ip_addresses: [{ ip_address: address }] }] } }),
  });
  const list = [statusAt(3, undefined, false), statusAt(1, '10.1.0.1'), statusAt(2, '10.1.0.2')];
  expect(readStatuses(list, 'latest')).toMatchObject({ timestamp: 3, healthy: false, netinfo: [] });
  expect(readStatuses(list, 'addressed')).toMatchObject({
    ...{ timestamp: 3, healthy: false, netinfo: ['10.1.0.2'] },
  });
  const moved = [statusAt(1, '10.1.0.1'), statusAt(2, '10.1.0.2')];
  for (const rule of ['latest', 'addressed'] as const)
    expect(readStatuses(moved, rule)).toMatchObject({ netinfo: ['10.1.0.2'] });
  expect(readStatuses([statusAt(1)], 'addressed')).toMatchObject({ netinfo: [] });
  expect(readStatuses([], 'addressed')).toBeUndefined();
});
