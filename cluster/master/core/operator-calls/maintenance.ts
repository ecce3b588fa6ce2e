/**
 * Maintenance by operators: a schedule of windows, machines taken down and brought up. Frameworks are told by the
 * `unavailability` of offers and by inverse offers (Mesos 1.11 src/master/http.cpp, Master::updateUnavailability).
 *
 * In: UPDATE_MAINTENANCE_SCHEDULE, START_MAINTENANCE, STOP_MAINTENANCE      Out: answer, store,
 * event(RESCIND), send(Shutdown)
 * Always true: a change is visible once it is stored, not before.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { Millis } from '../../../model/time';
import { rescindOffersOfAgent, shutdownForMaintenance } from '../agents/loss';
import { considerAgent } from '../allocator/agents';
import { agentMachineKey } from '../maintenance/agents';
import { listError, type ModeRequirement, modeError, scheduleError } from '../maintenance/validate';
import { forgetAnswers } from '../offers/inverse-offers';
import { allocateSoon } from '../offers/schedule';
import { change } from '../registrar/registrar';
import { machineKey, machinesOf } from '../registry/machines';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { Agent, MasterState } from '../state/state';

type OperatorCall = EventOf<'operator.call'>;

/**
 * The error in a schedule, or in the machines to be taken down or up; undefined when there is none. Only the first
 * machine's mode is checked here: the original authorizes the sender after the first one, so errors in the others come
 * later (laterMachinesError).
 */
export function machinesError(state: MasterState, { call }: OperatorCall): string | undefined {
  const { update_maintenance_schedule: update } = call;
  if (update) return scheduleError(update.schedule, state.registry.machines);
  const ids = machinesIn(call);
  return listError(ids) ?? firstError(state, call, ids.slice(0, 1));
}

/** The error in the modes of the machines after the first one. */
export function laterMachinesError(state: MasterState, { call }: OperatorCall): string | undefined {
  return firstError(state, call, machinesIn(call).slice(1));
}

function machinesIn(call: OperatorCall['call']): readonly mesos.MachineID[] {
  return call.start_maintenance?.machines ?? call.stop_maintenance?.machines ?? [];
}

function firstError(
  state: MasterState,
  call: OperatorCall['call'],
  ids: readonly mesos.MachineID[],
): string | undefined {
  const hasAgent = (key: string): boolean =>
    [...state.agents.values()].some((agent) => agentMachineKey(agent) === key);
  const wanted: ModeRequirement = call.start_maintenance
    ? { from: 'DRAINING', verb: 'down', hasAgent }
    : { from: 'DOWN', verb: 'up', hasAgent };
  for (const id of ids) {
    const wrong = modeError(id, state.registry.machines, wanted);
    if (wrong) return wrong;
  }
  return undefined;
}

/** UPDATE_MAINTENANCE_SCHEDULE: replaces the whole schedule; an empty one ends all maintenance that has not begun. */
export function updateSchedule(state: MasterState, { request, call }: OperatorCall): MasterEffect[] {
  const schedule = call.update_maintenance_schedule?.schedule;
  if (!schedule) return [];
  const after = machinesOf(schedule).map(({ id }) => machineKey(id));
  const machines = [...new Set([...state.registry.machines.keys(), ...after])];
  return change(state, {
    change: { kind: 'schedule', schedule },
    next: { kind: 'scheduled', request, machines },
  });
}

/**
 * Continues after a schedule is stored: offers of agents on these machines are made anew, with the new
 * unavailability.
 */
export function scheduled(state: MasterState, machines: readonly string[], now: Millis): MasterEffect[] {
  const effects = agentsOn(state, machines).flatMap((agent) => {
    const withdrawn = rescindOffersOfAgent(state, agent);
    forgetAnswers(state, agent.id);
    considerAgent(state.allocator, agent.id);
    return withdrawn;
  });
  return [...effects, ...allocateSoon(state, now)];
}

/** START_MAINTENANCE: the machines go down, with the agents on them. */
export function startMaintenance(state: MasterState, { request, call }: OperatorCall): MasterEffect[] {
  const ids = call.start_maintenance?.machines ?? [];
  const machines = ids.map(machineKey);
  return change(state, {
    change: { kind: 'machines.down', machines: ids },
    next: { kind: 'machines.down', request, machines },
  });
}

/** Continues after `machines.down` is stored: shuts the agents down. */
export function wentDown(state: MasterState, machines: readonly string[]): MasterEffect[] {
  return agentsOn(state, machines).flatMap((agent) => shutdownForMaintenance(state, agent));
}

/** STOP_MAINTENANCE: the machines are up again and leave the schedule; their agents may register. */
export function stopMaintenance(state: MasterState, { request, call }: OperatorCall): MasterEffect[] {
  const ids = call.stop_maintenance?.machines ?? [];
  return change(state, {
    change: { kind: 'machines.up', machines: ids },
    next: { kind: 'machines.up', request, machines: ids.map(machineKey) },
  });
}

function agentsOn(state: MasterState, machines: readonly string[]): Agent[] {
  if (machines.length === 0) return [];
  const keys = new Set(machines);
  return [...state.agents.values()].filter((agent) => keys.has(agentMachineKey(agent)));
}
