/**
 * `meseta maintenance ...`: the maintenance schedule of machines, and the status of each.
 *
 * A machine is named by an agent's id, by its host name, or as HOSTNAME@IP. The master's API has the schedule as a
 * whole: it is read, changed and written.
 */

import { readFileSync } from 'node:fs';
import type * as maintenance from '../../cluster/api/generated/maintenance';
import type * as mesos from '../../cluster/api/generated/mesos';
import { messageFromJson, parseExact } from '../../cluster/api/json-read';
import { encodeJson } from '../../cluster/api/json-write';
import { printDuration } from '../../cluster/model/time';
import { duration, text, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { flagCommand } from '../command';
import { listCommand } from '../list';
import { type MasterTarget, masterFlags, readPage, withMaster } from '../master-api';
import { printTable } from '../print';
import { type AgentView, addressOf } from './agents';

const SCHEDULE = 'mesos.v1.maintenance.Schedule';
const STATUS = 'mesos.v1.maintenance.ClusterStatus';

async function readSchedule(target: MasterTarget): Promise<maintenance.Schedule> {
  const body = await withMaster(target, (api) => api.text('GET', '/maintenance/schedule'));
  return messageFromJson(SCHEDULE, parseExact(body));
}

async function readStatus(target: MasterTarget): Promise<maintenance.ClusterStatus> {
  const body = await withMaster(target, (api) => api.text('GET', '/maintenance/status'));
  return messageFromJson(STATUS, parseExact(body));
}

async function writeSchedule(target: MasterTarget, schedule: maintenance.Schedule): Promise<void> {
  await withMaster(target, (api) =>
    api.text('POST', '/maintenance/schedule', encodeJson(SCHEDULE, schedule)),
  );
}

/** The machines that words name, among those of agents and those in the schedule. */
async function machinesOf(target: MasterTarget, words: readonly string[]): Promise<mesos.MachineID[]> {
  const { slaves } = (await readPage(target, '/slaves')) as { slaves: readonly AgentView[] };
  const { windows } = await readSchedule(target);
  const scheduled = (windows ?? []).flatMap(({ machine_ids }) => machine_ids ?? []);
  return words.map((word) => machineOf(word, slaves, scheduled));
}

function machineOf(
  word: string,
  agents: readonly AgentView[],
  scheduled: readonly mesos.MachineID[],
): mesos.MachineID {
  const separator = word.indexOf('@');
  if (separator >= 0) {
    const hostname = word.slice(0, separator);
    const ip = word.slice(separator + 1);
    return { ...(hostname !== '' && { hostname }), ...(ip !== '' && { ip }) };
  }
  const candidates = [
    ...agents.filter(({ id, hostname }) => id === word || isSame(hostname, word)).map(machineOfAgent),
    ...scheduled.filter(({ hostname, ip }) => isSame(hostname, word) || ip === word),
  ];
  const [first, ...others] = [
    ...new Map(candidates.map((machine) => [printMachine(machine), machine])).values(),
  ];
  if (!first) {
    throw new StartError(`No agent is on a machine "${word}". Name one that has none as HOSTNAME@IP.`);
  }
  if (others.length === 0) return first;
  const all = [first, ...others].map(printMachine).join(', ');
  throw new StartError(`"${word}" may be any of ${all}. Name the one you mean.`);
}

function isSame(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

function machineOfAgent(agent: AgentView): mesos.MachineID {
  const address = addressOf(agent);
  return { hostname: agent.hostname, ip: address.slice(0, address.lastIndexOf(':')) };
}

function printMachine({ hostname, ip }: mesos.MachineID): string {
  return `${hostname?.toLowerCase() ?? ''}@${ip ?? ''}`;
}

/** Reads the start of a window: `now`, a time from now such as `+2hrs`, or a date. Throws UsageError for others. */
export function readStart(time: string, now: number): number {
  if (time === 'now') return now;
  if (time.startsWith('+'))
    return now + duration({ help: '', fallback: 0, fallbackText: '' }).read(time.slice(1), 0);
  const date = Date.parse(time);
  if (!Number.isNaN(date)) return date;
  throw new UsageError(`--start: "${time}" is not a time. Write now, +2hrs or 2030-01-31T18:00:00Z.`);
}

function without(schedule: maintenance.Schedule, machines: readonly mesos.MachineID[]): maintenance.Window[] {
  const keys = new Set(machines.map(printMachine));
  return (schedule.windows ?? [])
    .map((window) => ({
      ...window,
      machine_ids: (window.machine_ids ?? []).filter((id) => !keys.has(printMachine(id))),
    }))
    .filter(({ machine_ids }) => machine_ids.length > 0);
}

export const schedule = flagCommand({
  flags: {
    ...masterFlags,
    start: text({ help: 'when it begins: now, +2hrs, or a date', fallback: 'now', value: 'TIME' }),
    duration: duration({
      help: 'how long it takes; 0secs for until further notice',
      fallback: 0,
      fallbackText: '0secs',
    }),
    remove: toggle({ help: 'take the machines out of the schedule instead', fallback: false }),
    file: text({ help: 'replace the whole schedule by this JSON; - for standard input', value: 'FILE' }),
  },
  positionals: ['[machines...]'],
  run: async ({ flags, positionals: words }, terminal) => {
    if (flags.file !== undefined) {
      if (words.length > 0) throw new UsageError('Name machines, or give --file; not both.');
      await writeSchedule(flags, readFile(flags.file));
    } else {
      if (words.length === 0)
        throw new UsageError("Which machines? See 'meseta maintenance schedule --help'.");
      await changeSchedule(flags, words);
    }
    terminal.out(printSchedule(await readSchedule(flags), await readStatus(flags)));
    return 0;
  },
});

interface ScheduleChange extends MasterTarget {
  readonly start: string;
  readonly duration: number;
  readonly remove: boolean;
}

async function changeSchedule(change: ScheduleChange, words: readonly string[]): Promise<void> {
  const machines = await machinesOf(change, words);
  const windows = without(await readSchedule(change), machines);
  if (change.remove) return await writeSchedule(change, { windows });
  const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n;
  const unavailability = {
    start: { nanoseconds: nanoseconds(readStart(change.start, Date.now())) },
    ...(change.duration > 0 && { duration: { nanoseconds: nanoseconds(change.duration) } }),
  };
  await writeSchedule(change, { windows: [...windows, { machine_ids: machines, unavailability }] });
}

function readFile(name: string): maintenance.Schedule {
  try {
    return messageFromJson(SCHEDULE, parseExact(readFileSync(name === '-' ? 0 : name, 'utf8')));
  } catch (error) {
    throw new StartError(
      `--file: ${name} is not a schedule: ${error instanceof Error ? error.message : error}`,
    );
  }
}

interface PlannedMaintenance {
  readonly schedule: maintenance.Schedule;
  readonly status: maintenance.ClusterStatus;
}

export const show = listCommand({
  flags: masterFlags,
  read: async (flags): Promise<PlannedMaintenance> => ({
    schedule: await readSchedule(flags),
    status: await readStatus(flags),
  }),
  encode: (planned) => `${encodeJson(SCHEDULE, planned.schedule)}\n`,
  print: (planned) => printSchedule(planned.schedule, planned.status),
});

function printSchedule({ windows }: maintenance.Schedule, status: maintenance.ClusterStatus): string {
  const down = new Set((status.down_machines ?? []).map(printMachine));
  const rows = (windows ?? []).flatMap(({ machine_ids, unavailability: { start, duration: length } }) =>
    (machine_ids ?? []).map((id) => [
      id.hostname ?? '',
      id.ip ?? '',
      down.has(printMachine(id)) ? 'down' : 'draining',
      new Date(Number(start.nanoseconds) / 1e6).toISOString(),
      length ? printDuration(Number(length.nanoseconds) / 1e6) : 'until further notice',
    ]),
  );
  if (rows.length === 0) return 'No maintenance is planned.\n';
  return printTable(['hostname', 'ip', 'mode', 'from', 'for'], rows);
}

export const status = listCommand({
  flags: masterFlags,
  read: readStatus,
  encode: (clusterStatus) => `${encodeJson(STATUS, clusterStatus)}\n`,
  print: printStatus,
});

function printStatus({ draining_machines, down_machines }: maintenance.ClusterStatus): string {
  const draining = (draining_machines ?? []).flatMap(({ id, statuses }) => {
    const machine = [id.hostname ?? '', id.ip ?? '', 'draining'];
    if (!statuses || statuses.length === 0) return [[...machine, '', '', '']];
    return statuses.map(({ status: word, framework_id, timestamp }) => [
      ...machine,
      framework_id.value,
      word.toLowerCase(),
      new Date(Number(timestamp.nanoseconds) / 1e6).toISOString(),
    ]);
  });
  const down = (down_machines ?? []).map(({ hostname, ip }) => [
    hostname ?? '',
    ip ?? '',
    'down',
    '',
    '',
    '',
  ]);
  const rows = [...draining, ...down];
  if (rows.length === 0) return 'No machine is under maintenance.\n';
  return printTable(['hostname', 'ip', 'mode', 'framework', 'answer', 'at'], rows);
}

function modeCommand(path: '/machine/down' | '/machine/up', done: string) {
  return flagCommand({
    flags: masterFlags,
    positionals: ['machines...'],
    run: async ({ flags, positionals: words }, terminal) => {
      const machines = await machinesOf(flags, words);
      await withMaster(flags, (api) => api.json('POST', path, machines));
      for (const machine of machines) terminal.out(`${printMachine(machine)} ${done}\n`);
      return 0;
    },
  });
}

export const down = modeCommand('/machine/down', 'is down: its agent is told to end');
export const up = modeCommand('/machine/up', 'is up: agents may register from it');
