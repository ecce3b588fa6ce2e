import { randomFrom } from '../../../../../cluster/model/random';
import type { Job } from '../../../../../frameworks/chronos/core/jobs/job';
import { shapeOf } from '../../../../../frameworks/chronos/core/jobs/shape';
import { placeRuns } from '../../../../../frameworks/chronos/core/launch/place';
import { newRun } from '../../../../../frameworks/chronos/core/runs/run';
import {
  addWaiting,
  newWaitingRuns,
  removeWaiting,
  type WaitingRuns,
} from '../../../../../frameworks/chronos/core/state/waiting-runs';
import type { RemainingOffer } from '../../../../../frameworks/kit/core/match/remaining-offer';
import { jobOf } from '../../jobs';
import { offer } from '../../offers';

const MINUTE = 60_000;
const one = 'cpus:1;mem:1024;disk:1000';

interface Candidate {
  readonly runId: string;
  readonly job: Job;
  readonly createdAt: number;
}

function candidate(runId: string, createdAt = 0, body: object = {}): Candidate {
  return { runId, createdAt, job: jobOf({ cpus: 1, mem: 64, disk: 1, ...body }) };
}

interface Outcome {
  readonly placed: readonly string[];
  readonly waiting: WaitingRuns;
}

function place(
  offers: readonly RemainingOffer[],
  candidates: readonly Candidate[],
  late: readonly string[] = [],
): Outcome {
  const waiting = newWaitingRuns();
  const jobs = new Map(candidates.map(({ runId, job }) => [runId, job]));
  for (const { runId, job, createdAt } of candidates) {
    const cause = { kind: 'manual' } as const;
    addWaiting(waiting, job, newRun({ id: runId, jobName: 'job', cause, createdAt, arguments: '' }));
  }
  const placed: string[] = [];
  placeRuns({
    offers,
    waiting,
    random: randomFrom(1),
    jobOf: (runId) => jobs.get(runId) ?? jobOf({}),
    launch: ({ runId, offer: { offer: used } }) => {
      removeWaiting(waiting, runId);
      if (late.includes(runId)) return false;
      placed.push(`${runId} on ${used.id.value}`);
      return true;
    },
  });
  return { placed, waiting };
}

function placed(words: readonly string[], candidates: readonly Candidate[], late: readonly string[] = []) {
  const offers = words.map((resources, index) => offer(`O${index + 1}`, resources));
  return place(offers, candidates, late).placed;
}

test('a run that cannot be placed holds up no other', () => {
  const huge = candidate('huge', 0, { cpus: 99, highPriority: true });
  expect(placed([one], [huge, candidate('a', 1)])).toEqual(['a on O1']);
});

test('runs of one shape go to different offers in turn, as long as these have enough', () => {
  const three = 'cpus:3;mem:1024;disk:1000';
  const runs = ['a', 'b', 'c', 'd', 'e'].map((id, index) => candidate(id, index));
  expect(placed([three, one], runs)).toEqual(['a on O1', 'b on O2', 'c on O1', 'd on O1']);
});

test('the run that has waited longest goes first', () => {
  expect(placed([one], [candidate('late', 2), candidate('early', 1)])).toEqual(['early on O1']);
});

test('shapes take turns by the time that their runs have waited', () => {
  const small = (id: string, since: number) => candidate(id, since, { mem: 32 });
  const runs = [candidate('a', 1), small('b', 2), candidate('c', 3), small('d', 4)];
  expect(placed(['cpus:3;mem:1024;disk:1000'], runs)).toEqual(['a on O1', 'b on O1', 'c on O1']);
});

test.each([
  ['goes before others', 30_000, 'high'],
  ['stands back behind one that has waited a minute longer', MINUTE + 1, 'normal'],
])('high priority %s', (_name, since, first) => {
  const high = candidate('high', since, { highPriority: true });
  expect(placed([one], [candidate('normal', 0), high])).toEqual([`${first} on O1`]);
});

test('a run that is too late for its launch leaves the offer to others', () => {
  expect(placed([one], [candidate('late', 0), candidate('a', 1)], ['late'])).toEqual(['a on O1']);
});

test('what the offers lacked is known for the shape of the runs that wait on', () => {
  const offers = [offer('O1', 'cpus:0.5;mem:1024;disk:9'), offer('O2', 'cpus:0.5;mem:1;disk:9')];
  const runs = [candidate('a')];
  const { waiting } = place(offers, runs);
  expect(Object.fromEntries(waiting.lacks.get(shapeOf(candidate('a').job)) ?? [])).toEqual({
    'has less than 1 cpus': 2,
    'has less than 64 mem': 1,
  });
  expect(waiting.untried.size).toBe(0);
});

test('runs that fit nothing cost one look of their shape at each offer', () => {
  const offers = Array.from({ length: 1000 }, (_, index) => offer(`O${index}`, one));
  const runs = Array.from({ length: 1000 }, (_, index) => candidate(`r${index}`, index, { cpus: 2 }));
  const { waiting } = place(offers, runs);
  expect(waiting.shapeByRun.size).toBe(1000);
  expect([...waiting.lacks.values()].map((lacks) => lacks.get('has less than 2 cpus'))).toEqual([1000]);
});
