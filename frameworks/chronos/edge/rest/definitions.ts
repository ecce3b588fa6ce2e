/** The routes that define and change jobs: `iso8601`, `dependency`, deletion, pause and resume. */

import type { Outcome } from '../../../kit/edge/rest/outcome';
import { textOf, warnings } from '../../../kit/edge/rest/request';
import { UNCHANGED } from '../../core/dispatch/changes';
import { type JobKind, readJobText } from '../../core/jobs/read-job';
import { isRefusal } from '../../core/jobs/refusal';
import { pause, readBody, typeRefusal } from './bodies';
import { type Call, parameterOf, type RestContext, refused, written } from './context';
import { demandPut } from './rights';

/** Tells that a definition sent with `onlyIfChanged` is the one that the job has. */
const UNCHANGED_HEADER = 'x-meseta-unchanged';

/** Creates or replaces a job of this kind. */
export async function putJob(
  context: RestContext,
  { request, base, query }: Call<{ onlyIfChanged: boolean }>,
  jobKind: JobKind,
): Promise<Outcome> {
  const refusal = typeRefusal(request);
  if (refusal !== undefined) return refused(refusal);
  const { rules, clock, settings } = context;
  const { serverZone, defaults } = settings;
  const reading = readJobText(
    textOf(request),
    { rules, serverZone, now: clock.now(), base, defaults },
    jobKind,
  );
  if (isRefusal(reading)) return refused(reading);
  demandPut(context, { request }, reading.job);
  const { onlyIfChanged } = query;
  const answer = await context.ask({ kind: 'job.put', reading, onlyIfChanged });
  const isUnchanged = answer.ok && answer.text === UNCHANGED;
  return written(answer, {
    ...warnings(reading.unknown),
    ...(isUnchanged && { [UNCHANGED_HEADER]: 'true' }),
  });
}

export async function deleteJob(context: RestContext, call: Call): Promise<Outcome> {
  return written(await context.ask({ kind: 'job.delete', name: parameterOf(call, 'name') }));
}

/** The reason is in the query or in the body. */
export async function pauseJob(context: RestContext, call: Call<{ reason: string }>): Promise<Outcome> {
  const body = readBody(call.request, pause);
  if (isRefusal(body)) return refused(body);
  const reason = call.query.reason || body.value.reason;
  return written(await context.ask({ kind: 'job.pause', name: parameterOf(call, 'name'), reason }));
}

export async function resumeJob(context: RestContext, call: Call): Promise<Outcome> {
  return written(await context.ask({ kind: 'job.resume', name: parameterOf(call, 'name') }));
}
