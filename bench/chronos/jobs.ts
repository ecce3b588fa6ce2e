/** Many jobs in the store, put there by the machine itself, and what is done with them again and again. */

import { join } from 'node:path';
import type { Stamped } from '../../cluster/model/event';
import { LocalStore } from '../../cluster/state/local';
import type { Change } from '../../cluster/state/store';
import { type JobReading, readJob } from '../../frameworks/chronos/core/jobs/read-job';
import { isRefusal } from '../../frameworks/chronos/core/jobs/refusal';
import { UTC } from '../../frameworks/chronos/core/schedule/zone';
import type { ChronosEffect } from '../../frameworks/chronos/core/state/effects';
import type { ChronosEvents } from '../../frameworks/chronos/core/state/events';
import type { ChronosState, Settings } from '../../frameworks/chronos/core/state/state';
import { type ChronosMachine, chronosMachine } from '../../frameworks/chronos/core/step';
import { tzRules } from '../../frameworks/chronos/edge/zone-rules';

export const DAY = 86_400_000;
export const RULES = tzRules();
export const DEFAULTS = { cpus: 0.1, mem: 128, disk: 256, runAsUser: 'root' };
export const START = Date.UTC(2026, 10, 30);

export const SETTINGS: Settings = {
  failureRetry: 60_000,
  disableAfterFailures: 0,
  taskEpsilon: undefined,
  overdueAfter: undefined,
  slowFactor: undefined,
  countMax: 20,
  ageMax: 30 * DAY,
};

type Event = Stamped<ChronosEvents>;

/** The machine with its state; stores are collected, and answered at once. */
export class Driven {
  readonly machine: ChronosMachine = chronosMachine(RULES);
  readonly state: ChronosState = this.machine.init(SETTINGS);
  readonly changes = new Map<string, string | undefined>();
  launches = 0;

  send(event: Event): readonly ChronosEffect[] {
    const effects = this.machine.step(this.state, event);
    for (const effect of effects) {
      if (effect.kind === 'launch') this.launches += 1;
      if (effect.kind !== 'store') continue;
      for (const { name, value } of effect.changes) this.changes.set(name, value);
      this.send({ kind: 'stored', at: event.at, ticket: effect.ticket });
    }
    return effects;
  }

  put(reading: JobReading, at: number): void {
    this.send({ kind: 'job.put', at, request: 0, reading });
  }
}

/** A job of ten fields, most with a schedule of a day, one of ten after another. */
export function readingOf(number: number, schedule: string): JobReading {
  const isChild = number % 10 === 9;
  const body = {
    name: `team-${number % 97}.job-${number}`,
    command: `/opt/jobs/run --number ${number} --day $(date +%F)`,
    owner: `team-${number % 97}@example.com`,
    description: `The job with the number ${number}`,
    environmentVariables: [{ name: 'NUMBER', value: String(number) }],
    constraints: [['rack', 'EQUALS', `rack-${number % 40}`]],
    epsilon: number % 3 === 0 ? 'PT15M' : '',
    ...(isChild ? { parents: [`team-${(number - 1) % 97}.job-${number - 1}`] } : { schedule }),
    ...(!isChild && number % 2 === 0 ? { scheduleTimeZone: 'Europe/Berlin' } : {}),
  };
  const context = { base: 'v1', rules: RULES, serverZone: UTC, now: START, defaults: DEFAULTS } as const;
  const reading = readJob(body, context);
  if (isRefusal(reading)) throw new Error(reading.message);
  return reading;
}

/** The time of day of a job; all are different minutes. */
export function scheduleOf(number: number): string {
  const time = new Date(START + DAY + ((number * 7919) % 1440) * 60_000).toISOString().slice(0, 19);
  return `R/${time}Z/P1D`;
}

const COMMIT_SIZE = 5000;

export function openStore(folder: string): Promise<LocalStore> {
  return LocalStore.open(join(folder, 'state'));
}

/** Writes jobs, each with some days of runs behind it, into a store. */
export async function writeJobs(folder: string, count: number, days: number): Promise<void> {
  const store = await openStore(folder);
  const driven = new Driven();
  for (let number = 0; number < count; number++) driven.put(readingOf(number, scheduleOf(number)), START);
  for (let day = 1; day <= days; day++) runDay(driven, START + day * DAY);
  let changes: Change[] = [];
  for (const [name, value] of driven.changes) {
    if (value === undefined) continue;
    changes.push({ name, value: Buffer.from(value) });
    if (changes.length < COMMIT_SIZE) continue;
    await store.commit(changes);
    changes = [];
  }
  await store.commit(changes);
  await store.close();
}

/** All jobs are due once on a day and succeed. */
function runDay(driven: Driven, day: number): void {
  const endOfDay = day + DAY - 1;
  driven.send({ kind: 'woke', at: endOfDay, timer: 'slots' });
  finishAll(driven, endOfDay);
}

const AGENTS = 1000;
const MASTER_ID = '7f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f';

/** The place of a task on one of a thousand agents. */
function placeOf(number: number) {
  const agent = number % AGENTS;
  const hostname = `agent-${agent}.example.com`;
  return {
    agentId: `${MASTER_ID}-S${agent}`,
    hostname,
    agentUrl: `http://${hostname}:5051`,
    frameworkId: `${MASTER_ID}-0001`,
  };
}

/** Launches and ends all that waits, and what follows from it. */
export function finishAll(driven: Driven, at: number): void {
  const { state } = driven;
  while (state.ready.size > 0) {
    for (const [number, runId] of [...state.ready].entries())
      driven.send({ kind: 'run.placed', at, runId, offerId: 'O', ...placeOf(number) });
    for (const taskId of [...state.tasks.keys()]) {
      for (const update of ['TASK_RUNNING', 'TASK_FINISHED'] as const)
        driven.send({
          kind: 'task.update',
          at: at + 1000,
          taskId,
          update: { state: update, reason: undefined, message: undefined },
        });
    }
  }
}
