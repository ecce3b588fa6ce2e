import type { Schedule } from '../../../../../cluster/api/generated/maintenance';
import type { MachineID } from '../../../../../cluster/api/generated/mesos';
import {
  bringDown,
  bringUp,
  type MachineRecord,
  machineKey,
  machinesOf,
  replaceSchedule,
} from '../../../../../cluster/master/core/registry/machines';

const startingAt = (seconds: number) => ({ start: { nanoseconds: BigInt(seconds) * 1_000_000_000n } });
const a: MachineID = { hostname: 'a', ip: '10.0.0.1' };
const b: MachineID = { hostname: 'b', ip: '10.0.0.2' };
const c: MachineID = { hostname: 'c' };

const scheduleOf = (...windows: [number, ...MachineID[]][]): Schedule => ({
  windows: windows.map(([start, ...machine_ids]) => ({ machine_ids, unavailability: startingAt(start) })),
});
const newRecord = (): MachineRecord => ({ machines: new Map(), schedules: [] });
const modes = ({ machines }: MachineRecord): string[] =>
  [...machines.values()].map(
    ({ id, mode, unavailability }) =>
      `${id.hostname} ${mode} ${Number(unavailability?.start.nanoseconds ?? 0) / 1e9}`,
  );

test('host names are one machine whatever their case, and a missing address is not an empty one', () => {
  expect(machineKey({ hostname: 'Host', ip: '1.2.3.4' })).toBe(
    machineKey({ hostname: 'hOST', ip: '1.2.3.4' }),
  );
  expect(machineKey({ hostname: 'host' })).not.toBe(machineKey({ hostname: 'host', ip: '' }));
  expect(machineKey({ ip: '1.2.3.4' })).not.toBe(machineKey({ hostname: '', ip: '1.2.3.4' }));
});

test('each machine of a schedule has the unavailability of its window', () => {
  expect(
    machinesOf(scheduleOf([5, a, b], [9, c])).map(({ id, unavailability }) => [id.hostname, unavailability]),
  ).toEqual([
    ['a', startingAt(5)],
    ['b', startingAt(5)],
    ['c', startingAt(9)],
  ]);
  expect(machinesOf({})).toEqual([]);
});

test('a new schedule drains new machines, lets left out ones up, and keeps the mode of the others', () => {
  const record = newRecord();
  replaceSchedule(record, scheduleOf([5, a, b]));
  expect(modes(record)).toEqual(['a DRAINING 5', 'b DRAINING 5']);
  bringDown(record, [b]);
  replaceSchedule(record, scheduleOf([7, { hostname: 'B', ip: '10.0.0.2' }, c]));
  expect(modes(record)).toEqual(['b DOWN 7', 'c DRAINING 7']);
  expect(record.schedules).toHaveLength(1);
});

test('a machine that is in no window does not go down', () => {
  const record = newRecord();
  bringDown(record, [a]);
  expect(modes(record)).toEqual([]);
});

test('a machine that comes up leaves its window, and an empty window leaves the schedule', () => {
  const record = newRecord();
  replaceSchedule(record, scheduleOf([5, a, b], [9, c]));
  bringUp(record, [{ hostname: 'C' }, a]);
  expect(modes(record)).toEqual(['b DRAINING 5']);
  expect(record.schedules).toEqual([scheduleOf([5, b])]);
  bringUp(record, [b]);
  expect(record.schedules).toEqual([]);
});
