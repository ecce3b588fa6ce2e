/** START_MAINTENANCE: the machines go down, with the agents on them (Mesos 1.11 src/master/http.cpp). */

import { shutdownForMaintenance } from '../agents/removal';
import { needs } from '../authorize/operator';
import { machineKey } from '../registry/machines';
import { type ChangingCall, store } from './call';
import { agentsOn, laterMachinesError, machinesError } from './machines';

const DOWN = { from: 'DRAINING', verb: 'down' } as const;

export const startMaintenance: ChangingCall<'START_MAINTENANCE'> = {
  part: 'start_maintenance',
  permission: needs('start_maintenances'),
  check: (state, { machines = [] }) => machinesError(state, machines, DOWN),
  checkPermitted: (state, { machines = [] }) => laterMachinesError(state, machines, DOWN),
  run: (turn, { machines = [] }, event) => store(turn, event, { kind: 'machines.down', machines }),
  stored: (turn, { machines = [] }) => {
    const { state } = turn;
    for (const agent of agentsOn(state, machines.map(machineKey))) shutdownForMaintenance(turn, agent);
  },
};
