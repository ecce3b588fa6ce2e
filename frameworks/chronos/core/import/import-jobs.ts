/**
 * The import of the original's state: its jobs as variables of ours, and its framework id.
 *
 * A job that cannot be read is told with the reason, and left where it is. One with unknown or circular parents comes in
 * and is quarantined at the start, as every stored job.
 */

import { newEntry } from '../dispatch/changes';
import { type JobContext, readJobText } from '../jobs/read-job';
import { createRecord } from '../jobs/record';
import { isRefusal } from '../jobs/refusal';
import type { JobEntry } from '../state/state';
import { FRAMEWORK_VARIABLE, type StoredText, textOfVariable, variablesOf } from '../state/stored';
import { readEntry, readFrameworkId, textOf } from './entry';

/** A node of the original, below `ZK_PATH/state`. */
export interface OriginalNode {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface Import {
  /** The names of the jobs that come in. */
  readonly jobs: readonly string[];
  readonly frameworkId: string | undefined;
  readonly variables: readonly StoredText[];
  readonly faults: readonly JobFault[];
}

/** A job with the reason why it does not run. */
export interface JobFault {
  readonly name: string;
  readonly reason: string;
}

const JOB = 'J_';
const FRAMEWORK = 'frameworkId';

/** `context.base` is the legacy one: names of 2.x may have blanks and `#`. */
export function importNodes(nodes: readonly OriginalNode[], context: JobContext): Import {
  const jobs = new Map<string, JobEntry>();
  const faults: JobFault[] = [];
  for (const node of nodes.filter(({ name }) => name.startsWith(JOB))) {
    const entry = readOriginalJob(node, context);
    if (typeof entry === 'string') faults.push({ name: node.name.slice(JOB.length), reason: entry });
    else jobs.set(entry.record.job.name, entry);
  }
  const frameworkId = frameworkIdIn(nodes);
  const names = [...jobs.values()].flatMap(variablesOf);
  const variables = names.map((name) => ({ name, text: textOfVariable({ jobs }, name) ?? '' }));
  if (frameworkId !== undefined)
    variables.push({ name: FRAMEWORK_VARIABLE, text: JSON.stringify(frameworkId) });
  return { jobs: [...jobs.keys()], frameworkId, variables, faults };
}

/** The job of a node, or the reason against it. */
function readOriginalJob({ data }: OriginalNode, context: JobContext): JobEntry | string {
  const entry = readEntry(data);
  if (entry === undefined) return 'its node is no entry of State';
  const reading = readJobText(textOf(entry.value), context);
  if (isRefusal(reading)) return reading.message;
  const { rules, now } = context;
  // The original has the schedule of a one-shot as if it had been sent.
  const { isScheduleSent: _unknown, ...record } = createRecord(reading, { rules, now, deadline: undefined });
  return newEntry(record);
}

function frameworkIdIn(nodes: readonly OriginalNode[]): string | undefined {
  const node = nodes.find(({ name }) => name === FRAMEWORK);
  const entry = node && readEntry(node.data);
  return entry && readFrameworkId(entry.value);
}
