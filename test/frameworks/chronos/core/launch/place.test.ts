import { randomFrom } from '../../../../../cluster/model/random';
import { type Candidate, placeRuns } from '../../../../../frameworks/chronos/core/launch/place';
import { jobOf } from '../../jobs';
import { offer } from '../../offers';

const MINUTE = 60_000;
const one = 'cpus:1;mem:1024;disk:1000';

function candidate(runId: string, waitingSince = 0, body: object = {}): Candidate {
  return { runId, waitingSince, job: jobOf({ cpus: 1, mem: 64, disk: 1, ...body }) };
}

function placed(offers: readonly string[], candidates: readonly Candidate[]): string[] {
  const remaining = offers.map((words, index) => offer(`O${index + 1}`, words));
  return placeRuns(remaining, candidates, randomFrom(1)).placements.map(
    ({ runId, offerId }) => `${runId} on ${offerId}`,
  );
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

test.each([
  ['goes before others', 30_000, 'high'],
  ['stands back behind one that has waited a minute longer', MINUTE + 1, 'normal'],
])('high priority %s', (_name, since, first) => {
  const high = candidate('high', since, { highPriority: true });
  expect(placed([one], [candidate('normal', 0), high])).toEqual([`${first} on O1`]);
});

test('a run that waits on knows what the offers lacked', () => {
  const offers = [offer('O1', 'cpus:0.5;mem:1024;disk:9'), offer('O2', 'cpus:0.5;mem:1;disk:9')];
  const { waiting } = placeRuns(offers, [candidate('a')], randomFrom(1));
  expect(Object.fromEntries(waiting.get('a') ?? [])).toEqual({
    'has less than 1 cpus': 2,
    'has less than 64 mem': 1,
  });
});

test('a thousand runs that fit nothing cost one look at each offer', () => {
  const offers = Array.from({ length: 1000 }, (_, index) => offer(`O${index}`, one));
  const runs = Array.from({ length: 1000 }, (_, index) => candidate(`r${index}`, index, { cpus: 2 }));
  const { waiting } = placeRuns(offers, runs, randomFrom(1));
  expect(waiting.size).toBe(1000);
  expect(waiting.get('r999')?.get('has less than 2 cpus')).toBe(1000);
});
