import type { Window } from '../../../../../cluster/api/generated/maintenance';
import type { MachineID, MachineInfo } from '../../../../../cluster/api/generated/mesos';
import { listError, modeError, scheduleError } from '../../../../../cluster/master/core/maintenance/validate';
import { machineKey } from '../../../../../cluster/master/core/registry/machines';

const a: MachineID = { hostname: 'a', ip: '10.0.0.1' };
const b: MachineID = { hostname: 'b', ip: '10.0.0.2' };
const window = (machine_ids: MachineID[] | undefined, duration = 1n): Window => ({
  ...(machine_ids && { machine_ids }),
  unavailability: { start: { nanoseconds: 0n }, duration: { nanoseconds: duration } },
});
const machinesIn = (mode: MachineInfo.Mode, ...ids: MachineID[]) =>
  new Map(ids.map((id) => [machineKey(id), { id, mode } as MachineInfo]));

test.each<[string, Window[], string | undefined]>([
  ['nothing', [], undefined],
  ['two windows', [window([a]), window([b])], undefined],
  ['a window of nobody', [window([])], 'List of machines in the maintenance window is empty'],
  ['a window without machines', [window(undefined)], 'List of machines in the maintenance window is empty'],
  ['a negative time', [window([a], -1n)], "Unavailability 'duration' is negative"],
  ['a machine without a name', [window([{}])], "Both 'hostname' and 'ip' for a machine are empty"],
  ['a host name alone', [window([{ hostname: 'a' }])], undefined],
  ['no address', [window([{ hostname: 'a', ip: '10.0.0' }])], 'Failed to parse IPv4: 10.0.0'],
  ['leading zeros', [window([{ ip: '010.0.0.1' }])], 'Failed to parse IPv4: 010.0.0.1'],
  ['too large a number', [window([{ ip: '10.0.0.256' }])], 'Failed to parse IPv4: 10.0.0.256'],
  [
    'a machine twice, whatever the case',
    [window([a]), window([{ hostname: 'A', ip: '10.0.0.1' }])],
    `Machine '{"hostname":"A","ip":"10.0.0.1"}' appears more than once in the schedule`,
  ],
])('a schedule with %s', (_name, windows, error) => {
  expect(scheduleError({ windows }, new Map())).toBe(error);
});

test('a machine that is down stays in the schedule, one that drains may leave it', () => {
  expect(scheduleError({ windows: [window([b])] }, machinesIn('DOWN', a))).toBe(
    `Machine '{"hostname":"a","ip":"10.0.0.1"}' is deactivated and cannot be removed from the schedule`,
  );
  expect(scheduleError({ windows: [window([b])] }, machinesIn('DRAINING', a))).toBeUndefined();
  expect(scheduleError({ windows: [window([a])] }, machinesIn('DOWN', a))).toBeUndefined();
});

test.each<[MachineID[], string | undefined]>([
  [[], 'List of machines is empty'],
  [[a, b], undefined],
  [[a, a], `Machine '{"hostname":"a","ip":"10.0.0.1"}' appears more than once in the schedule`],
])('the list %j has the error %p', (ids, error) => {
  expect(listError(ids)).toBe(error);
});

test.each<[string, ReadonlyMap<string, MachineInfo>, boolean, string | undefined]>([
  ['that drains', machinesIn('DRAINING', a), false, undefined],
  ['that is down', machinesIn('DOWN', a), false, 'is not in DRAINING mode and cannot be brought down'],
  ['that is not scheduled', new Map(), false, 'is not part of a maintenance schedule'],
  [
    'that is not scheduled and has an agent',
    new Map(),
    true,
    'is not in DRAINING mode and cannot be brought down',
  ],
])('a machine %s is taken down, or not', (_name, machines, hasAgent, error) => {
  const requirement = { from: 'DRAINING', verb: 'down', hasAgent: () => hasAgent } as const;
  expect(modeError(a, machines, requirement)).toBe(
    error && `Machine '{"hostname":"a","ip":"10.0.0.1"}' ${error}`,
  );
});
