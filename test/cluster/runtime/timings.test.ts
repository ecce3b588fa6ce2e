import { Timings } from '../../../cluster/runtime/metrics';

test('nothing measured shows nothing', () => {
  expect(new Timings('x').snapshot()).toEqual({});
});

test('the last value, the count, the extremes and the percentiles are under the names of Mesos', () => {
  const timings = new Timings('allocator/run');
  for (let value = 1; value <= 100; value++) timings.add(value);
  expect(timings.snapshot()).toEqual({
    'allocator/run_ms': 100,
    'allocator/run_ms/count': 100,
    'allocator/run_ms/min': 1,
    'allocator/run_ms/max': 100,
    'allocator/run_ms/p50': 51,
    'allocator/run_ms/p90': 91,
    'allocator/run_ms/p95': 96,
    'allocator/run_ms/p99': 100,
    'allocator/run_ms/p999': 100,
    'allocator/run_ms/p9999': 100,
  });
});

test('only the last thousand count for the percentiles', () => {
  const timings = new Timings('x');
  for (let value = 0; value < 5000; value++) timings.add(value);
  expect(timings.snapshot()).toMatchObject({ 'x_ms/count': 5000, 'x_ms/min': 4000, 'x_ms/max': 4999 });
});
