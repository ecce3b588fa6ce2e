/**
 * STOP_MAINTENANCE: the machines are up again and leave the schedule; their agents may register (Mesos 1.11
 * src/master/http.cpp).
 */

import { needs } from '../authorize/operator';
import { machineKey } from '../registry/machines';
import { type ChangingCall, store } from './call';
import { laterMachinesError, machinesChanged, machinesError } from './machines';

const UP = { from: 'DOWN', verb: 'up' } as const;

export const stopMaintenance: ChangingCall<'STOP_MAINTENANCE'> = {
  part: 'stop_maintenance',
  permission: needs('stop_maintenances'),
  check: (state, { machines = [] }) => machinesError(state, machines, UP),
  checkPermitted: (state, { machines = [] }) => laterMachinesError(state, machines, UP),
  run: (turn, { machines = [] }, event) => store(turn, event, { kind: 'machines.up', machines }),
  stored: (turn, { machines = [] }) => machinesChanged(turn, machines.map(machineKey)),
};
