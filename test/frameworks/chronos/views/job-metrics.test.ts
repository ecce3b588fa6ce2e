import { countJobs, metricsPieces, queueSizes } from '../../../../frameworks/chronos/views/job-metrics';
import { namesOf, readOf, whole } from '../view-world';
import { World } from '../world';

function played(): World {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D', retries: 0 });
  world.put('b', { schedule: 'R/2027-01-01T00:00:00Z/P1D', retries: 0, highPriority: true });
  world.put('c', { schedule: 'R/2027-01-01T00:00:00Z/P1D', disabled: true, pausedReason: 'moving' });
  world.start('a');
  world.place();
  world.advance(2000);
  world.end('a');
  world.start('b');
  world.run('b', 'TASK_FAILED');
  return world;
}

const VIEW = { gauges: { 'a.gauge': 1.5 }, counters: { revives: 3 }, timers: { 'a.timer': { count: 2 } } };

test('metrics have the form of Dropwizard, and the names of the original', () => {
  const world = played();
  const pieces = metricsPieces(readOf(world), namesOf(world), { ...VIEW, separator: ',' });
  expect(JSON.parse(whole(pieces))).toEqual({
    version: '3.0.0',
    gauges: { 'a.gauge': { value: 1.5 } },
    counters: {
      revives: { count: 3 },
      'jobs.run.success.a': { count: 1 },
      'jobs.run.failure.b': { count: 1 },
    },
    histograms: {
      'jobs.run.time.a': { count: 1, mean: 2000, p50: 2000, p75: 2000, p95: 2000, p98: 2000, p99: 2000 },
    },
    meters: {},
    timers: { 'a.timer': { count: 2 } },
  });
});

test('for people each metric has a line', () => {
  const world = played();
  const text = whole(metricsPieces(readOf(world), namesOf(world), { ...VIEW, separator: ',\n' }));
  expect(text.split('\n').length).toBeGreaterThan(7);
  expect(JSON.parse(text)).toMatchObject({ counters: { revives: { count: 3 } } });
});

test('jobs are counted by what they show', () => {
  const world = played();
  world.start('a');
  world.place();
  const counting = countJobs(readOf(world), [...namesOf(world), 'gone']);
  let step = counting.next();
  while (!step.done) step = counting.next();
  expect(step.value).toEqual({
    jobs: 3,
    disabled: 1,
    paused: 1,
    quarantined: 0,
    fresh: 1,
    success: 1,
    failure: 1,
    runningTasks: 1,
  });
});

test('runs that wait for an offer are counted by priority', () => {
  const world = played();
  world.start('a');
  world.start('b');
  const counting = queueSizes(readOf(world));
  let step = counting.next();
  while (!step.done) step = counting.next();
  expect(step.value).toEqual({ normal: 1, high: 1 });
});
