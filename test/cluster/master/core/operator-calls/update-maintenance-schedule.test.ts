import type { MachineID } from '../../../../../cluster/api/generated/mesos';
import { asks, MACHINE, OFFERED, SCHEDULED } from '../../operator-asks';

const schedule = (machine: MachineID) =>
  ({
    type: 'UPDATE_MAINTENANCE_SCHEDULE',
    update_maintenance_schedule: {
      schedule: {
        windows: [{ machine_ids: [machine], unavailability: { start: { nanoseconds: 1e10 } } }],
      },
    },
  }) as const;

it('UPDATE_MAINTENANCE_SCHEDULE offers the agents of its machines anew, and of those it leaves out', () => {
  const scheduled = ['store the registry', 'answer 200', 'event web: RESCIND M-O0'];
  expect(asks(OFFERED, schedule(MACHINE))).toEqual(scheduled);
  const again = asks([...SCHEDULED, 'advance 1'], schedule({ hostname: 'b' }));
  expect(again.filter((line) => line.includes('RESCIND '))).toEqual(['event web: RESCIND M-O1']);
});

it('UPDATE_MAINTENANCE_SCHEDULE is refused for machines without a name', () => {
  expect(asks(OFFERED, schedule({}))).toEqual([
    "answer 400 Both 'hostname' and 'ip' for a machine are empty",
  ]);
});
