/**
 * Machines under maintenance: their identity, the schedule and their modes.
 *
 * Always true: a machine in the schedule is DRAINING or DOWN and has the unavailability of its window; a machine in no
 * window is up and has no entry (Mesos 1.11 src/master/maintenance.cpp).
 */

import type * as maintenance from '../../../api/generated/maintenance';
import type * as mesos from '../../../api/generated/mesos';

/** The part of the registry about maintenance. */
export interface MachineRecord {
  readonly machines: Map<string, mesos.MachineInfo>;
  schedules: readonly maintenance.Schedule[];
}

/**
 * The key of a machine. As in the original, host names are compared without case, and a field that is absent equals
 * only an absent one (type_utils.hpp, operator== of MachineID).
 */
export function machineKey({ hostname, ip }: mesos.MachineID): string {
  return JSON.stringify([hostname?.toLowerCase() ?? null, ip ?? null]);
}

/** All machines of a schedule, each with the unavailability of its window. */
export function machinesOf(
  schedule: maintenance.Schedule,
): { id: mesos.MachineID; unavailability: mesos.Unavailability }[] {
  return (schedule.windows ?? []).flatMap(({ machine_ids, unavailability }) =>
    (machine_ids ?? []).map((id) => ({ id, unavailability })),
  );
}

/** Replaces the schedule: new machines are DRAINING, those left out are up again, the others keep their mode. */
export function replaceSchedule(record: MachineRecord, schedule: maintenance.Schedule): void {
  const wanted = new Map(machinesOf(schedule).map((machine) => [machineKey(machine.id), machine]));
  for (const key of [...record.machines.keys()]) if (!wanted.has(key)) record.machines.delete(key);
  for (const [key, { id, unavailability }] of wanted) {
    const existing = record.machines.get(key);
    record.machines.set(key, { id: existing?.id ?? id, mode: existing?.mode ?? 'DRAINING', unavailability });
  }
  record.schedules = [schedule];
}

export function bringDown(record: MachineRecord, ids: readonly mesos.MachineID[]): void {
  for (const id of ids) {
    const existing = record.machines.get(machineKey(id));
    if (existing) record.machines.set(machineKey(id), { ...existing, mode: 'DOWN' });
  }
}

/** Takes machines that are up again out of the schedule, and with them windows and schedules that become empty. */
export function bringUp(record: MachineRecord, ids: readonly mesos.MachineID[]): void {
  const keys = new Set(ids.map(machineKey));
  for (const key of keys) record.machines.delete(key);
  record.schedules = record.schedules
    .map((schedule) => withoutMachines(schedule, keys))
    .filter(({ windows }) => (windows ?? []).length > 0);
}

function withoutMachines(schedule: maintenance.Schedule, keys: ReadonlySet<string>): maintenance.Schedule {
  const windows = (schedule.windows ?? []).map((window) => ({
    ...window,
    machine_ids: (window.machine_ids ?? []).filter((id) => !keys.has(machineKey(id))),
  }));
  return { windows: windows.filter(({ machine_ids }) => machine_ids.length > 0) };
}
