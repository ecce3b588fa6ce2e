/**
 * The rights of senders on jobs: the right that each operation needs, and the jobs that lists have for a sender.
 *
 * Always true: an operation that is not in the table below does not compile.
 */

import type { Action, Resource, Rights, SystemKind } from '../../../kit/edge/access/authorizer';
import type { BaseOperation, RootOperation } from '../../api/operations';
import type { Job } from '../../core/jobs/job';
import { readTaskId } from '../../core/runs/task-id';
import { type Call, parameterOf, type RestContext } from './context';

/** Demands what an operation needs; undefined for one that needs nothing, or demands it itself. */
type Demand = ((context: RestContext, call: Call, rights: Rights) => void) | undefined;

export const jobResource = (name: string): Resource => ({ kind: 'job', path: name });

const onJob =
  (action: Action): Demand =>
  (_context, call, rights) =>
    rights.demand(action, jobResource(parameterOf(call, 'name')));

const onSystem =
  (action: Action, kind: SystemKind): Demand =>
  (_context, _call, rights) =>
    rights.demand(action, { kind });

/** The job of a task is in its id, as the core reads it. */
const onTask: Demand = (_context, call, rights) =>
  rights.demand('update', jobResource(readTaskId(parameterOf(call, 'taskId'))?.name ?? ''));

const onAllJobs: Demand = ({ read }, _call, rights) => {
  if (!rights.isLimited) return;
  for (const name of read(({ jobs }) => [...jobs.keys()])) rights.demand('update', jobResource(name));
};

/** Lists have what the sender sees, and definitions name their job in the body. */
const DEMANDS: Readonly<Record<BaseOperation | RootOperation, Demand>> = {
  postScheduled: undefined,
  putScheduled: undefined,
  postDependent: undefined,
  putDependent: undefined,
  listJobs: undefined,
  summarizeJobs: undefined,
  searchJobs: undefined,
  getStats: undefined,
  getDot: undefined,
  getCsv: undefined,
  getGraph: undefined,
  getJob: onJob('view'),
  getJobStat: onJob('view'),
  previewJob: onJob('view'),
  listRuns: onJob('view'),
  getRun: onJob('view'),
  explainJob: onJob('view'),
  startJob: onJob('update'),
  markSuccess: onJob('update'),
  addElements: onJob('update'),
  pauseJob: onJob('update'),
  resumeJob: onJob('update'),
  killTasks: onJob('update'),
  deleteJob: onJob('delete'),
  endTask: onTask,
  dropRuns: onAllJobs,
  previewSchedule: undefined,
  getLeader: onSystem('view', 'leader'),
  streamEvents: undefined,
  ping: undefined,
  getOpenApi: undefined,
  getMetrics: onSystem('view', 'metrics'),
  getPrometheus: onSystem('view', 'metrics'),
  getLogging: onSystem('view', 'config'),
  setLogging: onSystem('update', 'config'),
};

/** Ends the request unless its sender may do this operation. */
export function demandOperation(context: RestContext, id: BaseOperation | RootOperation, call: Call): void {
  DEMANDS[id]?.(context, call, context.rights(call.request));
}

/** A definition needs its job, and the sight of the parents that it runs after. */
export function demandPut(context: RestContext, call: Pick<Call, 'request'>, job: Job): void {
  const rights = context.rights(call.request);
  const exists = context.read(({ jobs }) => jobs.has(job.name));
  rights.demand(exists ? 'update' : 'create', jobResource(job.name));
  if (job.kind === 'dependent') for (const parent of job.parents) rights.demand('view', jobResource(parent));
}

/** True for a job that the sender sees. */
export function seesJob(rights: Rights, name: string): boolean {
  return rights.may('view', jobResource(name));
}

/** The names of the jobs that the sender sees. */
export function visibleNames(rights: Rights, names: readonly string[]): readonly string[] {
  return rights.isLimited ? names.filter((name) => seesJob(rights, name)) : names;
}
