/**
 * The operations of the REST API: methods, paths, queries and bodies. Routes are made from this table, queries are read by
 * it, and it is served as an OpenAPI document; so these cannot differ.
 */

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface IntegerSchema {
  readonly type: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
}

interface TextSchema {
  readonly type: 'string';
  readonly default: string;
}

interface FlagSchema {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** The value of a query parameter, as a JSON schema. */
export type ParameterSchema = IntegerSchema | TextSchema | FlagSchema;

export interface Operation {
  readonly method: Method;
  /** With its variables in braces; below each base, or from the root. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, ParameterSchema>>;
  /** The name of the schema of the body. */
  readonly body?: SchemaName;
  readonly answer: OperationAnswer;
  /** The name of its timer in the metrics of the original. */
  readonly timer?: string;
}

/** No body, JSON of a schema, or a text. */
export type OperationAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly schema: SchemaName }
  | { readonly kind: 'text'; readonly type: string };

export type SchemaName =
  | 'ScheduledJob'
  | 'DependentJob'
  | 'Job'
  | 'Jobs'
  | 'Summary'
  | 'JobStat'
  | 'Stats'
  | 'Graph'
  | 'Runs'
  | 'Run'
  | 'Preview'
  | 'Explanation'
  | 'Pause'
  | 'ElementCount'
  | 'TaskCallback'
  | 'Leader'
  | 'Object'
  | 'Error';

const NONE: OperationAnswer = { kind: 'none' };
const PLAIN: OperationAnswer = { kind: 'text', type: 'text/plain' };

function json(schema: SchemaName): OperationAnswer {
  return { kind: 'json', schema };
}

const INT_MAX = 2 ** 31 - 1;

function integer(fallback: number, maximum = INT_MAX): IntegerSchema {
  return { type: 'integer', minimum: 0, maximum, default: fallback };
}

const TEXT: TextSchema = { type: 'string', default: '' };

/** Ours: a definition that was sent before does nothing, and the answer says so in a header. */
const PUT_QUERY = { onlyIfChanged: { type: 'boolean', default: false } } as const;

/** The most slots that a preview shows. */
const PREVIEW_MAX = 1000;

/** Operations below `/v1/scheduler`, the base of 3.x, and `/scheduler`, that of 2.x. */
export const BASE_OPERATIONS = {
  postScheduled: {
    method: 'POST',
    path: '/iso8601',
    summary: 'Creates or replaces a job with a schedule',
    query: PUT_QUERY,
    body: 'ScheduledJob',
    answer: NONE,
    timer: 'Iso8601JobResource.post',
  },
  putScheduled: {
    method: 'PUT',
    path: '/iso8601',
    summary: 'Creates or replaces a job with a schedule',
    query: PUT_QUERY,
    body: 'ScheduledJob',
    answer: NONE,
    timer: 'Iso8601JobResource.put',
  },
  postDependent: {
    method: 'POST',
    path: '/dependency',
    summary: 'Creates or replaces a job with parents',
    query: PUT_QUERY,
    body: 'DependentJob',
    answer: NONE,
    timer: 'DependentJobResource.post',
  },
  putDependent: {
    method: 'PUT',
    path: '/dependency',
    summary: 'Creates or replaces a job with parents',
    query: PUT_QUERY,
    body: 'DependentJob',
    answer: NONE,
    timer: 'DependentJobResource.put',
  },
  listJobs: {
    method: 'GET',
    path: '/jobs',
    summary: 'All jobs, sorted by their names',
    answer: json('Jobs'),
    timer: 'JobManagementResource.list',
  },
  summarizeJobs: {
    method: 'GET',
    path: '/jobs/summary',
    summary: 'The status and the state of all jobs',
    answer: json('Summary'),
    timer: 'JobManagementResource.getSummary',
  },
  searchJobs: {
    method: 'GET',
    path: '/jobs/search',
    summary: 'Jobs by parts of their names and commands; letters are the same in either case',
    query: { name: TEXT, command: TEXT, any: TEXT, limit: integer(10), offset: integer(0) },
    answer: json('Jobs'),
    timer: 'JobManagementResource.search',
  },
  getJob: {
    method: 'GET',
    path: '/job/{name}',
    summary: 'One job',
    answer: json('Job'),
    timer: 'JobManagementResource.trigger',
  },
  startJob: {
    method: 'PUT',
    path: '/job/{name}',
    summary: 'Runs a job now; the arguments replace those of the job',
    query: { arguments: TEXT },
    answer: NONE,
    timer: 'JobManagementResource.trigger',
  },
  deleteJob: {
    method: 'DELETE',
    path: '/job/{name}',
    summary: 'Deletes a job and kills its tasks; its children keep their other parents',
    answer: NONE,
    timer: 'JobManagementResource.delete',
  },
  markSuccess: {
    method: 'PUT',
    path: '/job/success/{name}',
    summary: 'Counts a success, and reports it to the children',
    answer: { kind: 'text', type: 'application/json' },
    timer: 'JobManagementResource.markJobSuccessful',
  },
  getJobStat: {
    method: 'GET',
    path: '/job/stat/{name}',
    summary: 'The run times of a job and its recent tasks',
    answer: json('JobStat'),
  },
  addElements: {
    method: 'POST',
    path: '/job/{name}/task/{taskId}/progress',
    summary: 'Adds to the number of elements that a task of a data job has processed',
    body: 'ElementCount',
    answer: NONE,
  },
  previewJob: {
    method: 'GET',
    path: '/job/{name}/preview',
    summary: 'The next slots of a job',
    query: { n: integer(10, PREVIEW_MAX) },
    answer: json('Preview'),
  },
  pauseJob: {
    method: 'PUT',
    path: '/job/{name}/pause',
    summary: 'Pauses a job: nothing starts until it is resumed. The reason may also be in the query',
    query: { reason: TEXT },
    body: 'Pause',
    answer: NONE,
  },
  resumeJob: {
    method: 'PUT',
    path: '/job/{name}/resume',
    summary: 'Resumes a job; what came due in its pause is decided by its lateness policy',
    answer: NONE,
  },
  listRuns: {
    method: 'GET',
    path: '/job/{name}/runs',
    summary: 'The runs of a job and its slots without one, the newest first',
    query: { limit: integer(20), offset: integer(0) },
    answer: json('Runs'),
  },
  getRun: {
    method: 'GET',
    path: '/job/{name}/runs/{run}',
    summary: 'One run of a job',
    answer: json('Run'),
  },
  explainJob: {
    method: 'GET',
    path: '/job/{name}/explain',
    summary: 'What a job waits for',
    answer: json('Explanation'),
  },
  killTasks: {
    method: 'DELETE',
    path: '/task/kill/{name}',
    summary: 'Kills the tasks of a job',
    answer: NONE,
  },
  dropRuns: {
    method: 'DELETE',
    path: '/task/all',
    summary: 'Drops all runs that wait; tasks go on',
    answer: NONE,
  },
  endTask: {
    method: 'PUT',
    path: '/task/{taskId}',
    summary: 'Ends the task of an asynchronous job: 0 is a success',
    body: 'TaskCallback',
    answer: NONE,
  },
  getStats: {
    method: 'GET',
    path: '/stats/{percentile}',
    summary: 'All jobs by their run times, the longest first, in seconds',
    answer: json('Stats'),
    timer: 'StatsResource.getPerf',
  },
  getDot: {
    method: 'GET',
    path: '/graph/dot',
    summary: 'The graph of dependencies in the language of Graphviz',
    answer: PLAIN,
    timer: 'GraphManagementResource.dotGraph',
  },
  getCsv: {
    method: 'GET',
    path: '/graph/csv',
    summary: 'The graph of dependencies, with the status and the state of each job',
    answer: PLAIN,
    timer: 'GraphManagementResource.jsonGraph',
  },
  getGraph: {
    method: 'GET',
    path: '/graph/json',
    summary: 'The graph of dependencies as nodes and edges',
    answer: json('Graph'),
  },
  previewSchedule: {
    method: 'GET',
    path: '/preview',
    summary: 'The next slots of a schedule that no job has yet',
    query: { schedule: TEXT, scheduleTimeZone: TEXT, n: integer(10, PREVIEW_MAX) },
    answer: json('Preview'),
  },
  getLeader: {
    method: 'GET',
    path: '/leader',
    summary: 'The leader as HOST:PORT',
    answer: json('Leader'),
  },
  streamEvents: {
    method: 'GET',
    path: '/events',
    summary: 'A stream of changes of jobs (server-sent events): job, deleted, notice',
    answer: { kind: 'text', type: 'text/event-stream' },
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Operations without a base. */
export const ROOT_OPERATIONS = {
  ping: { method: 'GET', path: '/ping', summary: 'Answers pong', answer: PLAIN },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    summary: "Metrics under the original's names; pretty=true has one a line",
    query: { pretty: TEXT },
    answer: json('Object'),
  },
  getPrometheus: {
    method: 'GET',
    path: '/metrics/prometheus',
    summary: 'Metrics in the text format of Prometheus',
    answer: PLAIN,
  },
  getLogging: {
    method: 'GET',
    path: '/logging',
    summary: 'A page to change the level of the log',
    answer: { kind: 'text', type: 'text/html' },
  },
  setLogging: {
    method: 'POST',
    path: '/logging',
    summary: 'Changes the level of the log; a form with logger and level',
    answer: { kind: 'text', type: 'text/html' },
  },
  getOpenApi: { method: 'GET', path: '/openapi.json', summary: 'This document', answer: json('Object') },
} as const satisfies Readonly<Record<string, Operation>>;

export type BaseOperation = keyof typeof BASE_OPERATIONS;
export type RootOperation = keyof typeof ROOT_OPERATIONS;
