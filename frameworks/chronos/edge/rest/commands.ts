/** The routes that start and end runs: manual starts, marked successes, kills, progress and callbacks of tasks. */

import type { Outcome } from '../../../kit/edge/rest/outcome';
import { isRefusal } from '../../core/jobs/refusal';
import { elementCount, readBody, taskCallback } from './bodies';
import { type Call, parameterOf, type RestContext, refused, written } from './context';

export async function startJob(context: RestContext, call: Call<{ arguments: string }>): Promise<Outcome> {
  const name = parameterOf(call, 'name');
  return written(await context.ask({ kind: 'job.start', name, arguments: call.query.arguments }));
}

/** A plain text under the type of JSON, as in the original. */
export async function markSuccess(context: RestContext, call: Call): Promise<Outcome> {
  const answer = await context.ask({ kind: 'job.succeed', name: parameterOf(call, 'name') });
  return answer.ok ? { status: 200, text: answer.text } : refused(answer.refusal);
}

export async function killTasks(context: RestContext, call: Call): Promise<Outcome> {
  return written(await context.ask({ kind: 'job.kill', name: parameterOf(call, 'name') }));
}

export async function dropRuns(context: RestContext): Promise<Outcome> {
  return written(await context.ask({ kind: 'runs.drop' }));
}

export async function addElements(context: RestContext, call: Call): Promise<Outcome> {
  const body = readBody(call.request, elementCount);
  if (isRefusal(body)) return refused(body);
  const name = parameterOf(call, 'name');
  const taskId = parameterOf(call, 'taskId');
  const elements = body.value.numAdditionalElementsProcessed ?? 0;
  return written(await context.ask({ kind: 'task.elements', name, taskId, elements }));
}

export async function endTask(context: RestContext, call: Call): Promise<Outcome> {
  const body = readBody(call.request, taskCallback);
  if (isRefusal(body)) return refused(body);
  const taskId = parameterOf(call, 'taskId');
  const { statusCode } = body.value;
  return written(await context.ask({ kind: 'task.callback', taskId, statusCode }));
}
