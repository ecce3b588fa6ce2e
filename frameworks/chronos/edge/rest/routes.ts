/** All routes: each operation has its handler here, and stands below both bases or at the root. */

import type { Handler, Method, Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import {
  BASE_OPERATIONS,
  type BaseOperation,
  type Operation,
  ROOT_OPERATIONS,
  type RootOperation,
} from '../../api/operations';
import { type QueryValues, readQuery } from '../../api/query';
import type { ApiBase } from '../../core/jobs/names';
import { BASES } from './bases';
import { addElements, dropRuns, endTask, killTasks, markSuccess, startJob } from './commands';
import { type Call, type RestContext, refused } from './context';
import { deleteJob, pauseJob, putJob, resumeJob } from './definitions';
import { explain, getJob, getJobStat, getRun, listRuns, previewJob, previewSchedule } from './job';
import { getCsv, getDot, getGraph, getStats, listJobs, searchJobs, summarizeJobs } from './lists';
import { demandOperation } from './rights';
import {
  getLeader,
  getLogging,
  getMetrics,
  getOpenApi,
  getPrometheus,
  ping,
  setLogging,
  streamEvents,
} from './system';

type QueryOf<O> = O extends { readonly query: infer Q extends NonNullable<Operation['query']> }
  ? QueryValues<Q>
  : Readonly<Record<never, never>>;

type OperationHandler<O> = (context: RestContext, call: Call<QueryOf<O>>) => Outcome | Promise<Outcome>;

type BaseHandlers = {
  readonly [K in Exclude<BaseOperation, 'streamEvents'>]: OperationHandler<(typeof BASE_OPERATIONS)[K]>;
};

const BASE_HANDLERS: BaseHandlers = {
  postScheduled: (context, call) => putJob(context, call, 'scheduled'),
  putScheduled: (context, call) => putJob(context, call, 'scheduled'),
  postDependent: (context, call) => putJob(context, call, 'dependent'),
  putDependent: (context, call) => putJob(context, call, 'dependent'),
  listJobs,
  summarizeJobs,
  searchJobs,
  getJob,
  startJob,
  deleteJob,
  markSuccess,
  getJobStat,
  addElements,
  previewJob,
  pauseJob,
  resumeJob,
  listRuns,
  getRun,
  explainJob: explain,
  killTasks,
  dropRuns,
  endTask,
  getStats,
  getDot,
  getCsv,
  getGraph,
  previewSchedule,
  getLeader,
};

type RootHandlers = { readonly [K in RootOperation]: OperationHandler<(typeof ROOT_OPERATIONS)[K]> };

const ROOT_HANDLERS: RootHandlers = {
  ping,
  getMetrics,
  getPrometheus,
  getLogging,
  setLogging,
  getOpenApi,
};

type AnyHandler = OperationHandler<unknown>;

export function chronosRoutes(context: RestContext): Route[] {
  const bases = Object.entries(BASES) as [ApiBase, string][];
  return [
    ...bases.flatMap(([base, prefix]) => baseRoutes(context, base, prefix)),
    ...routesOf(ROOT_OPERATIONS, '', (id) =>
      operationHandler(context, {
        id,
        operation: ROOT_OPERATIONS[id],
        base: 'v1',
        handle: ROOT_HANDLERS[id] as AnyHandler,
      }),
    ),
  ];
}

function baseRoutes(context: RestContext, base: ApiBase, prefix: string): Route[] {
  return routesOf(BASE_OPERATIONS, prefix, (id) =>
    id === 'streamEvents'
      ? streamEvents(context)
      : operationHandler(context, {
          id,
          operation: BASE_OPERATIONS[id],
          base,
          handle: BASE_HANDLERS[id] as AnyHandler,
        }),
  );
}

/** One route for each path, with the handlers of its methods. */
function routesOf<Id extends string>(
  operations: Readonly<Record<Id, Operation>>,
  prefix: string,
  handlerFor: (id: Id) => Handler,
): Route[] {
  const byPath = new Map<string, Partial<Record<Method, Handler>>>();
  for (const [id, { method, path }] of Object.entries(operations) as [Id, Operation][]) {
    const pattern = prefix + path.replace(/\{(\w+)\}/g, ':$1');
    byPath.set(pattern, { ...byPath.get(pattern), [method]: handlerFor(id) });
  }
  return [...byPath].map(([path, methods]) => ({ path, methods }));
}

interface Handled {
  readonly id: BaseOperation | RootOperation;
  readonly operation: Operation;
  readonly base: ApiBase;
  readonly handle: AnyHandler;
}

/** Reads the query, demands the rights, and takes the time of the operation. */
function operationHandler(context: RestContext, { id, operation, base, handle }: Handled): Handler {
  const { query: schemas = {}, timer } = operation;
  const run = async (request: Request): Promise<Outcome> => {
    const query = readQuery(schemas, request.query as Readonly<Record<string, unknown>>);
    if ('fault' in query) return inBytes(refused({ status: 400, message: String(query.fault) }));
    const call = { request, base, query };
    demandOperation(context, id, call);
    return inBytes(await handle(context, call));
  };
  if (timer === undefined) return handlerOf(context, run);
  return handlerOf(context, async (request) => {
    const startedAt = performance.now();
    const outcome = await run(request);
    context.metrics.time(timer, performance.now() - startedAt);
    return outcome;
  });
}

/** Texts go out as bytes: the server gives texts a charset, and the original has none. */
function inBytes(outcome: Outcome): Outcome {
  const { text, body } = outcome;
  if (body !== undefined) return { ...outcome, body: undefined, text: Buffer.from(JSON.stringify(body)) };
  return typeof text === 'string' ? { ...outcome, text: Buffer.from(text) } : outcome;
}
