/**
 * UPDATE_MAINTENANCE_SCHEDULE: replaces the whole schedule; an empty one ends all maintenance that has not begun
 * (Mesos 1.11 src/master/http.cpp).
 */

import { needs } from '../authorize/operator';
import { scheduleError } from '../maintenance/validate';
import { machineKey, machinesOf } from '../registry/machines';
import { type ChangingCall, store } from './call';
import { machinesChanged } from './machines';

export const updateMaintenanceSchedule: ChangingCall<'UPDATE_MAINTENANCE_SCHEDULE'> = {
  part: 'update_maintenance_schedule',
  permission: needs('update_maintenance_schedules'),
  check: (state, { schedule }) => scheduleError(schedule, state.registry.machines),
  run: (turn, { schedule }, event) => {
    const after = machinesOf(schedule).map(({ id }) => machineKey(id));
    const machines = [...new Set([...turn.state.registry.machines.keys(), ...after])];
    store(turn, event, { kind: 'schedule', schedule }, machines);
  },
  stored: (turn, _part, { machines }) => machinesChanged(turn, machines),
};
