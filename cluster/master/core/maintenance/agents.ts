/** The machine of an agent, and the effect of maintenance on it. */

import type * as mesos from '../../../api/generated/mesos';
import { machineKey } from '../registry/machines';
import type { Agent, MasterState } from '../state/state';

/** The machine of an agent: the host name it reports and the IP address of its pid. */
export function machineIdOf(hostname: string, pid: string): mesos.MachineID {
  const address = pid.slice(pid.lastIndexOf('@') + 1);
  return { hostname, ip: address.slice(0, address.lastIndexOf(':')) };
}

export function agentMachineKey({ info, pid }: Pick<Agent, 'info' | 'pid'>): string {
  return machineKey(machineIdOf(info.hostname, pid));
}

/** The planned unavailability of the agent's machine; undefined without one. */
export function unavailabilityOf(state: MasterState, agent: Agent): mesos.Unavailability | undefined {
  if (state.registry.machines.size === 0) return undefined;
  return state.registry.machines.get(agentMachineKey(agent))?.unavailability;
}

/** True when the machine is DOWN: its agents must not register. */
export function isDown(state: MasterState, hostname: string, pid: string): boolean {
  if (state.registry.machines.size === 0) return false;
  return state.registry.machines.get(machineKey(machineIdOf(hostname, pid)))?.mode === 'DOWN';
}

/** The scheduled machine of an agent as text, `host (10.0.0.2)`; undefined without one. */
export function scheduledMachine(state: MasterState, agent: Agent): string | undefined {
  const machine = state.registry.machines.get(agentMachineKey(agent));
  return machine && `${machine.id.hostname} (${machine.id.ip})`;
}
