import { Timer } from '../../../../frameworks/kit/edge/timer';

test('durations have quantiles in seconds', () => {
  const timer = new Timer(() => 0);
  for (let ms = 1; ms <= 100; ms++) timer.add(ms);
  expect(timer.snapshot()).toMatchObject({
    count: 100,
    min: 0.001,
    max: 0.1,
    p50: 0.051,
    p99: 0.1,
    mean_rate: 0,
    duration_units: 'seconds',
  });
});

test('rates come near to what they are, and go to nothing', () => {
  let now = 0;
  const timer = new Timer(() => now);
  for (; now < 600_000; now += 500) timer.add(1);
  const rates = timer.snapshot();
  expect(rates.m1_rate).toBeCloseTo(2, 1);
  expect(rates.mean_rate).toBeCloseTo(2, 1);
  now += 20 * 60_000;
  expect(timer.snapshot().m1_rate).toBeCloseTo(0, 3);
  now += 1e12;
  expect(timer.snapshot().m15_rate).toBeCloseTo(0, 3);
});

test('a timer without requests has zeros', () => {
  expect(new Timer(() => 0).snapshot()).toMatchObject({ count: 0, mean: 0, p999: 0, stddev: 0, m1_rate: 0 });
});
