/** The schemas of answers, for the OpenAPI document. Those of what is sent come from the code that reads it. */

import {
  FLAG as flag,
  INTEGER as integer,
  listSchema as list,
  NUMBER as number,
  membersSchema as object,
  type Schema,
  schemaNamed,
  TEXT as text,
} from '../../kit/api/schema';
import type { SchemaName } from './operations';

const refer = schemaNamed<SchemaName>;

const histogram = object({
  '75thPercentile': number,
  '95thPercentile': number,
  '98thPercentile': number,
  '99thPercentile': number,
  median: number,
  mean: number,
  count: integer,
});

const taskStat = object({
  taskId: text,
  jobName: text,
  slaveId: text,
  startTime: text,
  endTime: text,
  'duration?': text,
  status: { enum: ['Success', 'Fail', 'Running', 'Idle'] },
  'numElementsProcessed?': integer,
});

const attempt = object({
  attempt: integer,
  taskId: text,
  state: { enum: ['launched', 'running', 'success', 'failure', 'killed'] },
  launchedAt: text,
  'startedAt?': text,
  'endedAt?': text,
  'reason?': text,
  'exitCode?': integer,
  'agentId?': text,
  'hostname?': text,
  'sandbox?': text,
  'output?': text,
  'elementsProcessed?': integer,
});

const run = object({
  kind: { const: 'run' },
  id: text,
  state: { enum: ['queued', 'running', 'retrying', 'success', 'failure', 'killed'] },
  cause: { enum: ['slot', 'caught up', 'parents', 'manual'] },
  'slot?': text,
  'cycle?': integer,
  'parentRuns?': list(text),
  arguments: text,
  createdAt: text,
  'endedAt?': text,
  'reason?': text,
  'nextAttemptAt?': text,
  attempts: list(attempt),
});

const slots = object({
  kind: { const: 'slots' },
  state: { enum: ['missed', 'skipped'] },
  firstSlot: text,
  lastSlot: text,
  count: integer,
  reason: text,
  decidedAt: text,
});

const summaryRow = object({
  name: text,
  status: { enum: ['fresh', 'success', 'failure'] },
  state: text,
  schedule: text,
  parents: list(text),
  disabled: flag,
  'quarantined?': text,
  'pausedReason?': text,
});

export const ANSWER_SCHEMAS = {
  Job: { oneOf: [refer('ScheduledJob'), refer('DependentJob')] },
  Jobs: list(refer('Job')),
  Summary: object({ jobs: list(summaryRow) }),
  JobStat: object({ histogram, taskStatHistory: list(taskStat) }),
  Stats: list(object({ jobNameLabel: text, time: number })),
  Graph: object({
    nodes: list(object({ name: text, status: text, state: text })),
    edges: list(object({ from: text, to: text })),
  }),
  Runs: object({ total: integer, runs: list({ oneOf: [run, slots] }) }),
  Run: run,
  Preview: object({ 'name?': text, schedule: text, slots: list({ type: 'string', format: 'date-time' }) }),
  Explanation: object({ name: text, state: text, reasons: list(text) }),
  Leader: object({ leader: text }),
  Object: { type: 'object' },
  Error: object({ message: text, status: text }),
} as const satisfies Partial<Readonly<Record<SchemaName, Schema>>>;
