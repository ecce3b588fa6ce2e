/**
 * The members of jobs as one table: it reads, prints and describes them, in the order in which the original prints.
 *
 * Members of ours, and those of 2.x that 3.x does not have, are printed only when they are set.
 */

import { shownValue } from '../../../../cluster/model/json-value';
import { readExcludedDay } from '../schedule/excluded-days';
import { isFault } from '../schedule/fault';
import { hasNegativePart, meanLength, readPeriod } from '../schedule/period';
import {
  type Codec,
  double,
  flag,
  integer,
  listOf,
  long,
  type Members,
  objectOf,
  oneOf,
  text,
  violate,
} from './codec';
import { constraint } from './constraint';
import { container } from './container';
import { fetchEntry } from './fetch-entry';
import type { EnvironmentVariable, JobDefaults, JobMembers } from './job';

/** The name of a variable that a program can have. */
const variableName: Codec<string> = {
  ...text,
  read: (value, path, reading) => {
    const name = text.read(value, path, reading);
    const isPossible = name === undefined || (name !== '' && !name.includes('='));
    return isPossible ? name : violate(reading, path, 'must not be empty, nor have a "="');
  },
};

const environmentVariable = objectOf<EnvironmentVariable>({
  name: { codec: variableName, isRequired: true },
  value: { codec: text, fallback: '' },
});

const epsilon: Codec<string> = {
  read: (value, path, reading) => {
    if (value === '') return '';
    const period = typeof value === 'string' ? readPeriod(value) : undefined;
    if (typeof value !== 'string' || period === undefined || isFault(period) || hasNegativePart(period))
      return violate(reading, path, `must be an ISO 8601 period such as PT15M, not ${shownValue(value)}`);
    return meanLength(period) > 0
      ? value
      : violate(reading, path, `must be longer than ${shownValue(value)}`);
  },
  print: JSON.stringify,
  schema: { type: 'string' },
};

const excludedDay: Codec<string> = {
  read: (value, path, reading) => {
    const day = readExcludedDay(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
    return typeof day === 'string' ? day : violate(reading, path, day.fault);
  },
  print: JSON.stringify,
  schema: { type: 'string' },
};

const TABLE: Members<JobMembers> = {
  name: { codec: text, isRequired: true },
  command: { codec: text, fallback: '' },
  shell: { codec: flag, fallback: true },
  epsilon: { codec: epsilon, fallback: '', isHidden: true },
  executor: { codec: text, fallback: '' },
  executorFlags: { codec: text, fallback: '' },
  taskInfoData: { codec: text, fallback: '' },
  retries: { codec: integer(), fallback: 2 },
  owner: { codec: text, fallback: '' },
  ownerName: { codec: text, fallback: '' },
  description: { codec: text, fallback: '' },
  async: { codec: flag, fallback: false, isHidden: true },
  successCount: { codec: long, fallback: 0 },
  errorCount: { codec: long, fallback: 0 },
  lastSuccess: { codec: text, fallback: '' },
  lastError: { codec: text, fallback: '' },
  cpus: { codec: double(), fallback: 0 },
  disk: { codec: double(), fallback: 0 },
  mem: { codec: double(), fallback: 0 },
  disabled: { codec: flag, fallback: false },
  softError: { codec: flag, fallback: false },
  dataProcessingJobType: { codec: flag, fallback: false },
  errorsSinceLastSuccess: { codec: long, fallback: 0 },
  fetch: { codec: listOf(fetchEntry), fallback: [] },
  uris: { codec: listOf(text), fallback: [] },
  environmentVariables: { codec: listOf(environmentVariable), fallback: [] },
  arguments: { codec: listOf(text), fallback: [] },
  highPriority: { codec: flag, fallback: false },
  runAsUser: { codec: text, fallback: '' },
  concurrent: { codec: flag, fallback: false },
  maxCompletionTime: { codec: long, fallback: 0 },
  container: { codec: container },
  constraints: { codec: listOf(constraint), fallback: [] },
  concurrency: { codec: oneOf(['allow', 'forbid', 'queue', 'replace']), isHidden: true },
  catchUp: { codec: oneOf(['none', 'one', 'all']), isHidden: true },
  catchUpLimit: { codec: integer({ min: 1, max: 1000 }), fallback: 10, isHidden: true },
  excludedDays: { codec: listOf(excludedDay), fallback: [], isHidden: true },
  runTimeout: { codec: integer(), fallback: 0, isHidden: true },
  killGracePeriod: { codec: integer(), fallback: 0, isHidden: true },
  retryBackoffFactor: { codec: double({ min: 1 }), fallback: 1, isHidden: true },
  retryDelayMax: { codec: integer({ min: 1 }), fallback: 3600, isHidden: true },
  pausedReason: { codec: text, fallback: '', isHidden: true },
};

/** The values of members that are left out, without the defaults of this process. */
export const MEMBER_FALLBACKS = Object.fromEntries(
  Object.entries(TABLE).map(([name, { fallback }]) => [name, fallback]),
) as unknown as JobMembers;

/** The table, with the defaults of this process. */
export function jobMembers({ cpus, mem, disk, runAsUser }: JobDefaults): Members<JobMembers> {
  return {
    ...TABLE,
    cpus: { ...TABLE.cpus, fallback: cpus },
    disk: { ...TABLE.disk, fallback: disk },
    mem: { ...TABLE.mem, fallback: mem },
    runAsUser: { ...TABLE.runAsUser, fallback: runAsUser },
  };
}
