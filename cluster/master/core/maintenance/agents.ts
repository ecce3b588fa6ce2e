/** The machine of an agent, and the effect of maintenance on it. */

import type * as mesos from '../../../api/generated/mesos';
import { machineKey } from '../registry/machines';
import type { Agent, MasterState } from '../state/state';

/** An agent's machine: the host name it gives and the address it talks from. */
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

/** True when agents of this machine must not register. */
export function isDown(state: MasterState, hostname: string, pid: string): boolean {
  if (state.registry.machines.size === 0) return false;
  return state.registry.machines.get(machineKey(machineIdOf(hostname, pid)))?.mode === 'DOWN';
}

/** The machine in the schedule that an agent is on, for people: `host (10.0.0.2)`. */
export function scheduledMachine(state: MasterState, agent: Agent): string | undefined {
  const machine = state.registry.machines.get(agentMachineKey(agent));
  return machine && `${machine.id.hostname} (${machine.id.ip})`;
}
