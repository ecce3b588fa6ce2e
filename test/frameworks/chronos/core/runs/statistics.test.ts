import {
  histogramOf,
  printHistogram,
  type RunTime,
  statOf,
} from '../../../../../frameworks/chronos/core/runs/statistics';

/** The newest first, with a pause between their ends. */
function timesOf(durations: readonly number[], pause = 0): readonly RunTime[] {
  return durations.map((duration, index) => ({ duration, endedAt: -index * pause }));
}

const ramp = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

test('a job that never ran has zeros, printed as doubles', () => {
  expect(printHistogram(histogramOf([]))).toBe(
    '{"75thPercentile":0.0,"95thPercentile":0.0,"98thPercentile":0.0,"99thPercentile":0.0,"median":0.0,"mean":0.0,"count":0}',
  );
});

test('the quantiles of equal weights are those of Dropwizard Metrics', () => {
  expect(histogramOf(timesOf(ramp(100)))).toEqual({
    '75thPercentile': 75,
    '95thPercentile': 95,
    '98thPercentile': 98,
    '99thPercentile': 99,
    median: 50,
    mean: 50,
    count: 100,
  });
  expect(histogramOf(timesOf([7])).median).toBe(7);
});

test('new times count for more, and no more times count than in the original', () => {
  const histogram = histogramOf(timesOf(ramp(5000), 1000));
  expect(histogram.count).toBe(1028);
  expect(histogram.median).toBeLessThan(60);
});

test('times of years ago have quantiles still', () => {
  expect(histogramOf(timesOf(ramp(1000), 86_400_000)).median).toBeGreaterThan(0);
});

test('a statistic is in seconds; an unknown one is none', () => {
  const histogram = histogramOf(timesOf([2500]));
  expect(['median', 'count', 'unknown', 'toString'].map((name) => statOf(histogram, name))).toEqual([
    2.5,
    0.001,
    undefined,
    undefined,
  ]);
});
