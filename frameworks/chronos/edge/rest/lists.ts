/** The routes about all jobs: list, summary, search, run times and graph. Each is printed in slices. */

import type { Rights } from '../../../kit/edge/access/authorizer';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import type { JobRecord } from '../../core/jobs/record';
import type { JobEntry } from '../../core/state/state';
import { csvPieces, dotPieces, graphJsonPieces } from '../../views/graph';
import { jobText } from '../../views/job-texts';
import { listPieces, summaryPieces } from '../../views/jobs';
import { jsonList, type Pieces, type Read } from '../../views/read';
import { matcherOf, pageOf, type SearchQuery } from '../../views/search';
import { statsPieces } from '../../views/statistics';
import { type Call, parameterOf, type RestContext, sliced } from './context';
import { seesJob, visibleNames } from './rights';

/** The pieces of an answer about all jobs that the sender sees, once their names are sorted. */
function* aboutAll(
  { read, names, rights }: RestContext,
  { request }: Pick<Call, 'request'>,
  pieces: (read: Read, names: readonly string[]) => Pieces,
): Pieces {
  yield* pieces(read, visibleNames(rights(request), yield* names.of(read)));
}

export function listJobs(context: RestContext, call: Call): Promise<Outcome> {
  const { texts } = context;
  const print = (entry: JobEntry): string => texts.inList(entry, call.base);
  return sliced(
    context,
    call,
    aboutAll(context, call, (read, names) => listPieces(read, names, print)),
  );
}

export function summarizeJobs(context: RestContext, call: Call): Promise<Outcome> {
  const { texts } = context;
  return sliced(
    context,
    call,
    aboutAll(context, call, (read, names) => summaryPieces(read, names, (...row) => texts.summary(...row))),
  );
}

export function searchJobs(context: RestContext, call: Call<SearchQuery>): Promise<Outcome> {
  const { read, printing, searchIndex } = context;
  const rights = context.rights(call.request);
  const matches = read((state) => searchIndex.search(state, matcherOf(call.query)));
  const visible = rights.isLimited ? visibleRecords(rights, matches) : matches;
  return sliced(
    context,
    call,
    jsonList(pageOf(visible, call.query, (record) => jobText(record, call.base, printing))),
  );
}

function* visibleRecords(
  rights: Rights,
  records: Generator<JobRecord | '', void>,
): Generator<JobRecord | '', void> {
  for (const record of records) if (record === '' || seesJob(rights, record.job.name)) yield record;
}

export function getStats(context: RestContext, call: Call): Promise<Outcome> {
  const percentile = parameterOf(call, 'percentile');
  return sliced(
    context,
    call,
    aboutAll(context, call, (read, names) => statsPieces(read, names, percentile)),
  );
}

export function getDot(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, aboutAll(context, call, dotPieces), 'text/plain');
}

export function getCsv(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, aboutAll(context, call, csvPieces), 'text/plain');
}

export function getGraph(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, aboutAll(context, call, graphJsonPieces));
}
