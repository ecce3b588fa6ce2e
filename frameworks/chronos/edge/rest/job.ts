/** The routes about one job: the job, its run times, runs and next slots, and what it waits for. */

import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { isFault } from '../../core/schedule/fault';
import { readSchedule } from '../../core/schedule/timetable';
import { explainJob } from '../../views/explain';
import { jobText } from '../../views/job-texts';
import { jobPreview, schedulePreview } from '../../views/preview';
import { runRow, runRows } from '../../views/runs';
import { jobStatText } from '../../views/statistics';
import { type Call, parameterOf, type RestContext, refused, withJob } from './context';

export function getJob(context: RestContext, call: Call): Outcome {
  return withJob(context, parameterOf(call, 'name'), ({ record }) =>
    text(jobText(record, call.base, context.printing)),
  );
}

export function getJobStat(context: RestContext, call: Call): Outcome {
  const { rules, settings } = context;
  const { serverZone, historyLimit: limit } = settings;
  return withJob(context, parameterOf(call, 'name'), (entry) =>
    text(jobStatText(entry, { rules, serverZone, limit })),
  );
}

export function listRuns(context: RestContext, call: Call<{ limit: number; offset: number }>): Outcome {
  const { limit, offset } = call.query;
  return withJob(context, parameterOf(call, 'name'), (entry) => {
    const rows = runRows(entry);
    return ok({ total: rows.length, runs: rows.slice(offset, offset + limit) });
  });
}

export function getRun(context: RestContext, call: Call): Outcome {
  const name = parameterOf(call, 'name');
  const id = parameterOf(call, 'run');
  return withJob(context, name, (entry) => {
    const row = runRow(entry, id);
    return row ? ok(row) : refused({ status: 400, message: `Job '${name}' has no run '${id}': not found` });
  });
}

export function previewJob(context: RestContext, call: Call<{ n: number }>): Outcome {
  const { rules } = context;
  return withJob(context, parameterOf(call, 'name'), ({ record }) =>
    text(jobPreview(record, { rules, limit: call.query.n })),
  );
}

type ScheduleQuery = Readonly<{ schedule: string; scheduleTimeZone: string; n: number }>;

export function previewSchedule({ rules, clock, settings }: RestContext, call: Call<ScheduleQuery>): Outcome {
  const { schedule, scheduleTimeZone, n: limit } = call.query;
  const now = clock.now();
  const context = { rules, serverZone: settings.serverZone, now };
  const reading = readSchedule({ schedule, scheduleTimeZone, excludedDays: [] }, context);
  if (!isFault(reading)) return text(schedulePreview(schedule, reading, { rules, now, limit }));
  const quoted = reading.field === 'schedule' ? ` '${schedule}'` : '';
  return refused({ status: 400, message: `/${reading.field}${quoted} ${reading.fault}` });
}

export function explain(context: RestContext, call: Call): Outcome {
  const name = parameterOf(call, 'name');
  return withJob(context, name, (entry) =>
    context.read((state) => text(explainJob(state, entry, context.rules))),
  );
}

function text(json: string): Outcome {
  return { status: 200, text: json };
}
