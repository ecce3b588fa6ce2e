import {
  laterMachinesError,
  machinesError,
} from '../../../../../cluster/master/core/operator-calls/machines';
import { MACHINE, playing, SCHEDULED } from '../../operator-asks';

const DOWN = { from: 'DRAINING', verb: 'down' } as const;

it('only the first machine is looked at before the permission, the others after it', () => {
  const { state } = playing(SCHEDULED);
  const machines = [MACHINE, { hostname: 'nobody' }];
  expect(machinesError(state, machines, DOWN)).toBeUndefined();
  expect(laterMachinesError(state, machines, DOWN)).toContain('is not part of a maintenance schedule');
});
