/**
 * Errors in a schedule or a list of machines, in Mesos' words and order (Mesos 1.11
 * src/master/maintenance.cpp, src/master/http.cpp).
 */

import type * as maintenance from '../../../api/generated/maintenance';
import type * as mesos from '../../../api/generated/mesos';
import { machineKey } from '../registry/machines';

type Machines = ReadonlyMap<string, mesos.MachineInfo>;

/** A machine in error texts: `{"hostname":"a","ip":"10.0.0.2"}`. */
function printMachine({ hostname, ip }: mesos.MachineID): string {
  return `'${JSON.stringify({ hostname, ip })}'`;
}

/** The first error in a new schedule, or undefined. Machines that are DOWN must stay in it. */
export function scheduleError(schedule: maintenance.Schedule, machines: Machines): string | undefined {
  const seen = new Set<string>();
  for (const window of schedule.windows ?? []) {
    const error = windowError(window, seen);
    if (error) return error;
  }
  for (const [key, { id, mode }] of machines) {
    if (mode === 'DOWN' && !seen.has(key)) {
      return `Machine ${printMachine(id)} is deactivated and cannot be removed from the schedule`;
    }
  }
  return undefined;
}

function windowError({ machine_ids, unavailability }: maintenance.Window, seen: Set<string>) {
  if (!machine_ids || machine_ids.length === 0) return 'List of machines in the maintenance window is empty';
  if (Number(unavailability.duration?.nanoseconds ?? 0) < 0) return "Unavailability 'duration' is negative";
  return uniqueError(machine_ids, seen);
}

function uniqueError(ids: readonly mesos.MachineID[], seen: Set<string>): string | undefined {
  for (const id of ids) {
    const wrong = machineError(id);
    if (wrong) return wrong;
    if (seen.has(machineKey(id))) return `Machine ${printMachine(id)} appears more than once in the schedule`;
    seen.add(machineKey(id));
  }
  return undefined;
}

/** A dotted IPv4 address as inet_pton takes it: four numbers without leading zeros. */
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

function machineError({ hostname = '', ip = '' }: mesos.MachineID): string | undefined {
  if (hostname === '' && ip === '') return "Both 'hostname' and 'ip' for a machine are empty";
  return ip === '' || IPV4.test(ip) ? undefined : `Failed to parse IPv4: ${ip}`;
}

/** The error in a list of machines to be taken down or up, apart from their modes; undefined when there is none. */
export function listError(ids: readonly mesos.MachineID[]): string | undefined {
  return ids.length === 0 ? 'List of machines is empty' : uniqueError(ids, new Set());
}

/** The mode that machines must have to be taken down or brought up. */
export interface ModeRequirement {
  readonly from: mesos.MachineInfo.Mode;
  readonly verb: 'down' | 'up';
  /** True when an agent runs on a machine without a planned unavailability. */
  readonly hasAgent: (key: string) => boolean;
}

/**
 * The error that keeps a machine from being taken down or brought up, or undefined. As in the original, a machine
 * outside the schedule has another error if an agent runs on it, since the master knows that machine.
 */
export function modeError(
  id: mesos.MachineID,
  machines: Machines,
  { from, verb, hasAgent }: ModeRequirement,
): string | undefined {
  const key = machineKey(id);
  const machine = machines.get(key);
  if (!machine && !hasAgent(key)) return `Machine ${printMachine(id)} is not part of a maintenance schedule`;
  if (machine?.mode === from) return undefined;
  return `Machine ${printMachine(id)} is not in ${from} mode and cannot be brought ${verb}`;
}
