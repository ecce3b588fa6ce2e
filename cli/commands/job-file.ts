/** Definitions of jobs in files, with checks before they are sent. */

import { StartError } from '../../cluster/runtime/lifecycle';
import { BASE } from '../chronos-api';
import { fileName, readJsonFile } from '../json-file';

export interface JobDefinition extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/** Reads a definition; `-` is standard input. A StartError for a file without a job. */
export function readJobFile(file: string): JobDefinition {
  const body = readJsonFile(file);
  if (Array.isArray(body)) throw new StartError(`${fileName(file)} has a list: give one job in each file`);
  if (!isDefinition(body))
    throw new StartError(`${fileName(file)} names no job: give it a field "name", such as "report"`);
  return body;
}

function isDefinition(body: unknown): body is JobDefinition {
  return (
    typeof body === 'object' &&
    body !== null &&
    'name' in body &&
    typeof body.name === 'string' &&
    body.name !== ''
  );
}

/** The path that takes a definition: jobs with parents have one of their own. */
export function definitionPath(body: JobDefinition): string {
  return `${BASE}/${'parents' in body ? 'dependency' : 'iso8601'}`;
}

/** Members that Chronos keeps itself; a definition that is edited leaves them out, and so they stay. */
const COUNTERS = ['successCount', 'errorCount', 'errorsSinceLastSuccess', 'lastSuccess', 'lastError'];

export function withoutCounters(job: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(job).filter(([member]) => !COUNTERS.includes(member)));
}
