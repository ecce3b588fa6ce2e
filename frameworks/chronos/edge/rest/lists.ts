/** The routes about all jobs: list, summary, search, run times and graph. Each is printed in slices. */

import type { Outcome } from '../../../kit/edge/rest/outcome';
import { csvPieces, dotPieces, graphJsonPieces } from '../../views/graph';
import { jobText } from '../../views/job-texts';
import { listPieces, summaryPieces } from '../../views/jobs';
import { jsonList } from '../../views/read';
import { matcherOf, pageOf, type SearchQuery } from '../../views/search';
import { statsPieces } from '../../views/statistics';
import { type Call, parameterOf, type RestContext, sliced } from './context';

function namesIn({ read, names }: RestContext): readonly string[] {
  return read((state) => names.of(state));
}

export function listJobs(context: RestContext, call: Call): Promise<Outcome> {
  const { read, texts } = context;
  return sliced(
    context,
    call,
    listPieces(read, namesIn(context), (entry) => texts.inList(entry, call.base)),
  );
}

export function summarizeJobs(context: RestContext, call: Call): Promise<Outcome> {
  const { read, texts } = context;
  return sliced(
    context,
    call,
    summaryPieces(read, namesIn(context), (...row) => texts.summary(...row)),
  );
}

export function searchJobs(context: RestContext, call: Call<SearchQuery>): Promise<Outcome> {
  const { read, printing, searchIndex } = context;
  const matches = read((state) => searchIndex.search(state, matcherOf(call.query)));
  return sliced(
    context,
    call,
    jsonList(pageOf(matches, call.query, (record) => jobText(record, call.base, printing))),
  );
}

export function getStats(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, statsPieces(context.read, namesIn(context), parameterOf(call, 'percentile')));
}

export function getDot(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, dotPieces(context.read, namesIn(context)), 'text/plain');
}

export function getCsv(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, csvPieces(context.read, namesIn(context)), 'text/plain');
}

export function getGraph(context: RestContext, call: Call): Promise<Outcome> {
  return sliced(context, call, graphJsonPieces(context.read, namesIn(context)));
}
