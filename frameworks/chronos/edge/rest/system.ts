/** The routes about Chronos itself: `ping`, metrics, `logging`, `leader`, the OpenAPI document and the stream of changes. */

import type { Level } from '../../../../cluster/model/event';
import type { Handler } from '../../../../cluster/runtime/http/server';
import { MESETA_VERSION } from '../../../../cluster/runtime/version';
import { send } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll, textOf } from '../../../kit/edge/rest/request';
import { chronosDocument } from '../../api/openapi';
import { jobSchema } from '../../core/jobs/job-schema';
import { BASES } from './bases';
import { elementCount, pause, taskCallback } from './bodies';
import { type Call, type RestContext, refused, sliced } from './context';
import { seesJob } from './rights';

export function ping(): Outcome {
  return { status: 200, text: 'pong\n', type: 'text/plain' };
}

export function getMetrics(context: RestContext, call: Call<{ pretty: string }>): Promise<Outcome> {
  return sliced(context, call, context.metrics.pieces(call.query.pretty === 'true'));
}

const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export async function getPrometheus({ metrics, slices }: RestContext): Promise<Outcome> {
  const counting = metrics.count();
  for (let isDone = false; !isDone; ) {
    await slices.wait();
    isDone = slices.run(counting).isDone;
  }
  return { status: 200, text: await metrics.prometheus(), type: PROMETHEUS_TYPE };
}

export function getLeader({ leader }: RestContext): Outcome {
  return ok({ leader: leader() });
}

export function getOpenApi({ settings }: RestContext): Outcome {
  const { defaults } = settings;
  return ok(
    chronosDocument({
      version: MESETA_VERSION,
      bases: Object.values(BASES),
      bodies: {
        ScheduledJob: jobSchema('scheduled', defaults),
        DependentJob: jobSchema('dependent', defaults),
        ElementCount: elementCount.schema,
        TaskCallback: taskCallback.schema,
        Pause: pause.schema,
      },
    }),
  );
}

/** The levels of the original, and those of the log that they come nearest to. INHERIT is that of the start. */
const LEVELS: Readonly<Record<string, Level | undefined>> = {
  OFF: 'error',
  ERROR: 'error',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
  TRACE: 'debug',
  ALL: 'debug',
  INHERIT: undefined,
};

export function getLogging(): Outcome {
  return loggingPage('');
}

/** One logger serves the whole process, so its name has no effect. */
export function setLogging(context: RestContext, { request }: Call): Outcome {
  const level = new URLSearchParams(textOf(request)).get('level') ?? '';
  if (!Object.hasOwn(LEVELS, level)) {
    const levels = Object.keys(LEVELS).join(', ');
    return refused({ status: 400, message: `level must be one of ${levels}` });
  }
  context.setLogLevel(LEVELS[level]);
  return loggingPage(`<p>The level is ${level}.</p>`);
}

function loggingPage(result: string): Outcome {
  const options = Object.keys(LEVELS).map((level) => `<option>${level}</option>`);
  const form =
    '<form method="post"><input name="logger" value="ROOT">' +
    `<select name="level">${options.join('')}</select><button>Set</button></form>`;
  const text = `<!DOCTYPE html><html><head><title>Logging</title></head><body>${result}${form}</body></html>\n`;
  return { status: 200, text, type: 'text/html; charset=utf-8' };
}

/** The stream of changes; with `name`, which may repeat, of these jobs only. */
export function streamEvents(context: RestContext): Handler {
  return (request, reply) => {
    const names = new Set(queryAll(request, 'name'));
    const rights = context.rights(request);
    if (!rights.may('view', { kind: 'events' })) return send(context, reply, rights.refusal());
    const sees = rights.isLimited ? (name: string): boolean => seesJob(rights, name) : undefined;
    const isOpen = context.changes.attach({ reply, names, sees, headers: context.headers() });
    if (isOpen) return undefined;
    return send(context, reply, refused({ status: 503, message: 'Too many event streams' }));
  };
}
