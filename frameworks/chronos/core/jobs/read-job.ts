/**
 * The reading of job definitions: from a request, or from a stored or imported text.
 *
 * The kind follows the members: `parents` makes a dependent job, else `schedule` a scheduled one; with neither it is a
 * one-shot that starts now.
 */

import { isObject } from '../../../../cluster/model/json-value';
import { isFault } from '../schedule/fault';
import { readSchedule, type Schedule, type ScheduleContext } from '../schedule/timetable';
import { isAbsent, listOf, newReading, noteUnknown, type Reading, readMember, text, violate } from './codec';
import { containerHints } from './container-hints';
import type { Job, JobDefaults, JobMembers } from './job';
import { jobMembers } from './members';
import { type ApiBase, nameFault } from './names';
import { type Refusal, refusalOf } from './refusal';

export interface JobContext extends ScheduleContext {
  readonly base: ApiBase;
  readonly defaults: JobDefaults;
}

/** The kind of jobs that a route takes; undefined for both. */
export type JobKind = Job['kind'] | undefined;

export interface JobReading {
  readonly job: Job;
  /** Undefined for dependent jobs. */
  readonly schedule: Schedule | undefined;
  /** The members that the definition has, so that a replacement keeps the counters that it leaves out. */
  readonly sent: readonly string[];
  readonly unknown: Reading['unknown'];
}

const EXTRA_NAMES = ['schedule', 'scheduleTimeZone', 'parents'];

export function readJob(value: unknown, context: JobContext, kind?: JobKind): JobReading | Refusal {
  const reading = newReading();
  if (!isObject(value)) return refusalOf([{ path: '', clause: 'must be an object' }]);
  const members = withDefaults(readMembers(value, context, reading), context);
  const isDependent = !isAbsent(value['parents']);
  const kindFault = routeFault(isDependent, kind);
  if (kindFault !== undefined) violate(reading, kindFault.path, kindFault.clause);
  checkMembers(members, context, reading);
  const job = isDependent
    ? readDependent(members, value['parents'], reading)
    : readScheduled(members, value, { now: context.now, reading });
  const schedule = job.kind === 'scheduled' ? scheduleOf(job, context, reading) : undefined;
  if (reading.violations.length > 0) return refusalOf(reading.violations);
  const sent = Object.keys(value).filter((name) => !isAbsent(value[name]));
  return { job, schedule, sent, unknown: reading.unknown };
}

/** Reads the text of a definition. */
export function readJobText(json: string, context: JobContext, kind?: JobKind): JobReading | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const clause = error instanceof Error ? error.message : 'is malformed';
    return { status: 400, message: `The body is no JSON: ${clause.split('\n')[0]}` };
  }
  return readJob(value, context, kind);
}

function routeFault(isDependent: boolean, kind: JobKind): { path: string; clause: string } | undefined {
  if (kind === 'scheduled' && isDependent)
    return { path: '/parents', clause: 'must not be there: a job with parents belongs to dependency' };
  if (kind === 'dependent' && !isDependent) return { path: '/parents', clause: 'is missing' };
  return undefined;
}

function readMembers(value: Record<string, unknown>, context: JobContext, reading: Reading): JobMembers {
  const table = Object.entries(jobMembers(context.defaults));
  noteUnknown(value, { path: '', memberNames: [...table.map(([name]) => name), ...EXTRA_NAMES], reading });
  const body = withoutImagelessContainer(value, reading);
  return Object.fromEntries(
    table.map(([name, member]) => [name, readMember(member, body[name], `/${name}`, reading)]),
  ) as unknown as JobMembers;
}

/** The original ignores a container without an image. */
function withoutImagelessContainer(
  value: Readonly<Record<string, unknown>>,
  reading: Reading,
): Readonly<Record<string, unknown>> {
  const container = value['container'];
  if (!isObject(container) || !isAbsent(container['image'])) return value;
  reading.unknown.push({ path: '/container', memberNames: [], hint: 'has no image, and is ignored' });
  return { ...value, container: undefined };
}

function checkMembers(members: JobMembers, { base }: JobContext, reading: Reading): void {
  const fault = members.name === undefined ? undefined : nameFault(members.name, base);
  if (fault !== undefined) violate(reading, '/name', fault);
  if (members.uris.length > 0 && members.fetch.length > 0)
    violate(reading, '/uris', 'must not be there beside fetch: both name what is fetched');
  if (members.container !== undefined && reading.violations.length === 0)
    reading.unknown.push(...containerHints(members.container));
  if (!hasProgram(members)) reading.unknown.push({ path: '/command', memberNames: [], hint: NO_PROGRAM });
}

const NO_PROGRAM = 'is empty, and there is no container and no executor: the runs fail';

/** Something can run: the original takes jobs without, too, and so do we. */
export function hasProgram({ command, container, executor }: JobMembers): boolean {
  return command !== '' || container !== undefined || executor !== '';
}

/** A resource of 0 stands for the default. */
function withDefaults(members: JobMembers, { defaults }: JobContext): JobMembers {
  return {
    ...members,
    cpus: members.cpus || defaults.cpus,
    mem: members.mem || defaults.mem,
    disk: members.disk || defaults.disk,
  };
}

function readDependent(members: JobMembers, value: unknown, reading: Reading): Job {
  const parents = listOf(text).read(value, '/parents', reading);
  if (parents?.length === 0) violate(reading, '/parents', 'must not be empty');
  return { ...members, kind: 'dependent', parents: [...new Set(parents)].sort() };
}

interface ScheduledReading {
  readonly now: number;
  readonly reading: Reading;
}

function readScheduled(
  members: JobMembers,
  value: Readonly<Record<string, unknown>>,
  { now, reading }: ScheduledReading,
): Job {
  const textOf = (name: string): string | undefined =>
    isAbsent(value[name]) ? undefined : text.read(value[name], `/${name}`, reading);
  const schedule = textOf('schedule');
  const scheduleTimeZone = textOf('scheduleTimeZone') ?? '';
  if (schedule !== undefined) return { ...members, kind: 'scheduled', schedule, scheduleTimeZone };
  const once = `R1/${new Date(now).toISOString()}/PT24H`;
  return { ...members, concurrent: false, kind: 'scheduled', schedule: once, scheduleTimeZone: '' };
}

function scheduleOf(
  job: Extract<Job, { kind: 'scheduled' }>,
  context: ScheduleContext,
  reading: Reading,
): Schedule | undefined {
  const schedule = readSchedule(job, context);
  if (!isFault(schedule)) return schedule;
  const quoted = schedule.field === 'schedule' ? `'${job.schedule}' ` : '';
  return violate(reading, `/${schedule.field}`, quoted + schedule.fault);
}
