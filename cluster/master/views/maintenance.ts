/**
 * Maintenance in the words of the v1 operator API: the schedule, and the mode of each scheduled machine.
 */

import type * as maintenance from '../../api/generated/maintenance';
import type * as mesos from '../../api/generated/mesos';
import { agentMachineKey } from '../core/maintenance/agents';
import { answersAbout } from '../core/offers/inverse-offers';
import type { FilteredState } from './read-filter';

/** The maintenance schedule; an empty one if there is none. */
export function getSchedule(state: FilteredState): maintenance.Schedule {
  return state.registry.schedules[0] ?? {};
}

/** Draining machines with frameworks' answers to the inverse offers of their agents, and machines that are down. */
export function getMaintenanceStatus(state: FilteredState): maintenance.ClusterStatus {
  const { machines } = state.registry;
  if (machines.size === 0) return {};
  const answers = answersByMachine(state);
  const draining: maintenance.ClusterStatus.DrainingMachine[] = [];
  const down: mesos.MachineID[] = [];
  for (const [key, { id, mode }] of machines) {
    if (mode === 'DRAINING') draining.push({ id, statuses: answers.get(key) ?? [] });
    if (mode === 'DOWN') down.push(id);
  }
  return { draining_machines: draining, down_machines: down };
}

function answersByMachine(state: FilteredState): Map<string, ReturnType<typeof answersAbout>> {
  const answers = new Map<string, ReturnType<typeof answersAbout>>();
  for (const agentId of state.inverse.answers.keys()) {
    const agent = state.agents.get(agentId);
    if (!agent) continue;
    const key = agentMachineKey(agent);
    answers.set(key, [...(answers.get(key) ?? []), ...answersAbout(state, agentId)]);
  }
  return answers;
}
