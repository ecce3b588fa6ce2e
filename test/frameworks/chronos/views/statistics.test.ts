import { UTC } from '../../../../frameworks/chronos/core/schedule/zone';
import { histogramOfJob, jobStatText, statsPieces } from '../../../../frameworks/chronos/views/statistics';
import { RULES } from '../schedules';
import { namesOf, readOf, whole } from '../view-world';
import { World } from '../world';

function after(...seconds: number[]): World {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D', retries: 0 });
  for (const duration of seconds) {
    world.start('a');
    world.place();
    world.advance(duration * 1000);
    world.end('a');
  }
  return world;
}

test('the run times of successes are counted, and no others', () => {
  const world = after(1, 2, 3);
  world.start('a');
  world.run('a', 'TASK_FAILED');
  world.start('a');
  world.place();
  expect(histogramOfJob(world.entry('a'))).toMatchObject({ count: 3, '99thPercentile': 3000 });
});

test('newer times count for more than older ones', () => {
  const world = after(...Array.from({ length: 20 }, () => 100), ...Array.from({ length: 20 }, () => 1));
  expect(histogramOfJob(world.entry('a')).median).toBe(1000);
});

test('a job without a success has a histogram of zeros', () => {
  expect(histogramOfJob(after().entry('a'))).toMatchObject({ count: 0, median: 0, mean: 0 });
});

test('the tasks of a job are shown with its histogram, those that run too', () => {
  const world = after(90);
  world.start('a');
  world.place();
  const text = jobStatText(world.entry('a'), { rules: RULES, serverZone: UTC, limit: 5 });
  const { histogram, taskStatHistory } = JSON.parse(text) as { histogram: object; taskStatHistory: object[] };
  expect(histogram).toMatchObject({ count: 1, median: 90_000 });
  expect(taskStatHistory).toMatchObject([{ status: 'Idle' }, { status: 'Success', duration: '1m30s' }]);
});

test('jobs are sorted by a percentile, in seconds', () => {
  const world = after(90);
  world.put('b', {});
  world.put('0', {});
  expect(whole(statsPieces(readOf(world), namesOf(world), 'median'))).toBe(
    '[{"jobNameLabel":"a","time":90.0},{"jobNameLabel":"0","time":0.0},{"jobNameLabel":"b","time":0.0}]',
  );
  expect(whole(statsPieces(readOf(world), namesOf(world), 'nothing'))).toBe('[]');
});
