import { randomFrom } from '../../../../../cluster/model/random';
import {
  addSample,
  histogramOf,
  newReservoir,
  printHistogram,
  printStats,
  SAMPLES_MAX,
  statOf,
} from '../../../../../frameworks/chronos/core/runs/statistics';

function reservoirOf(values: readonly number[], pause = 0) {
  const reservoir = newReservoir(0);
  const random = randomFrom(1);
  for (const [index, value] of values.entries()) addSample(reservoir, value, { now: index * pause, random });
  return reservoir;
}

const ramp = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

test('a job that never ran has zeros, printed as doubles', () => {
  expect(printHistogram(histogramOf(newReservoir(0)))).toBe(
    '{"75thPercentile":0.0,"95thPercentile":0.0,"98thPercentile":0.0,"99thPercentile":0.0,"median":0.0,"mean":0.0,"count":0}',
  );
});

test('the quantiles of equal weights are those of Dropwizard Metrics', () => {
  expect(histogramOf(reservoirOf(ramp(100)))).toEqual({
    '75thPercentile': 75,
    '95thPercentile': 95,
    '98thPercentile': 98,
    '99thPercentile': 99,
    median: 50,
    mean: 50,
    count: 100,
  });
  expect(histogramOf(reservoirOf([7])).median).toBe(7);
});

test('the reservoir has a limit, and prefers new samples', () => {
  const reservoir = reservoirOf(ramp(5000), 1000);
  expect(reservoir.samples).toHaveLength(SAMPLES_MAX);
  expect(histogramOf(reservoir).median).toBeGreaterThan(4500);
});

test('weights stay finite over years', () => {
  const reservoir = reservoirOf(ramp(3000), 86_400_000);
  expect(reservoir.samples.every(({ weight, priority }) => Number.isFinite(weight + priority))).toBe(true);
  expect(histogramOf(reservoir).median).toBeGreaterThan(0);
});

test('equal seeds give equal reservoirs', () => {
  expect(reservoirOf(ramp(3000), 10)).toEqual(reservoirOf(ramp(3000), 10));
});

test('stats are in seconds, the longest first', () => {
  const jobs = [
    { name: 'b', histogram: histogramOf(reservoirOf([])) },
    { name: 'slow', histogram: histogramOf(reservoirOf([2500])) },
    { name: 'a', histogram: histogramOf(reservoirOf([])) },
  ];
  expect(printStats(jobs, 'median')).toBe(
    '[{"jobNameLabel":"slow","time":2.5},{"jobNameLabel":"a","time":0.0},{"jobNameLabel":"b","time":0.0}]',
  );
  expect(printStats(jobs, 'unknown')).toBe('[]');
  expect(printStats(jobs, 'toString')).toBe('[]');
  expect(statOf(histogramOf(reservoirOf([1000])), 'count')).toBe(0.001);
});
