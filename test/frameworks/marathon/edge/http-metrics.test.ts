import type { EndedRequest } from '../../../../cluster/runtime/http/server';
import { Metrics } from '../../../../cluster/runtime/metrics';
import { HttpMetrics } from '../../../../frameworks/marathon/edge/http-metrics';
import { rateLines } from '../../../../frameworks/marathon/edge/metrics-text';

const REQUEST: EndedRequest = {
  method: 'GET',
  status: 200,
  ms: 20,
  requestBytes: 0,
  answerBytes: 100,
  isGzipped: false,
  route: '/v2/apps',
};

function observed(...requests: Partial<EndedRequest>[]) {
  const metrics = new Metrics();
  const http = new HttpMetrics(metrics, () => 0);
  for (const request of requests) {
    http.began();
    http.ended({ ...REQUEST, ...request });
  }
  return { http, metrics, counts: metrics.snapshot() };
}

test('sizes are counted, those of compressed answers beside the others', () => {
  const { counts } = observed({ requestBytes: 7 }, { isGzipped: true, answerBytes: 30 });
  expect(counts).toEqual({
    'marathon.http.requests.active.gauge': 0,
    'marathon.http.requests.size.counter.bytes': 7,
    'marathon.http.responses.size.counter.bytes': 130,
    'marathon.http.responses.size.gzipped.counter.bytes': 30,
  });
});

test('a request is active until it ends', () => {
  const { http, metrics } = observed();
  http.began();
  expect(metrics.snapshot()['marathon.http.requests.active.gauge']).toBe(1);
});

test('answers are counted by status, and durations by method', () => {
  const { http } = observed({}, { method: 'PUT', status: 422, ms: 40 }, { status: 404 }, { status: 503 });
  const meters = [...http.meters].map(([name, { count }]) => [name.split('.')[3], count]);
  expect(Object.fromEntries(meters)).toEqual({ '1xx': 0, '2xx': 1, '3xx': 0, '4xx': 2, '5xx': 1 });
  const timer = (name: string) => http.timers.get(`marathon.http.${name}.duration.timer.seconds`)?.snapshot();
  expect(timer('requests')).toMatchObject({ count: 4, max: 0.04 });
  expect(timer('requests.put')).toMatchObject({ count: 1, mean: 0.04 });
  expect(timer('requests.get')).toMatchObject({ count: 3, mean: 0.02 });
});

test('an event stream counts as an answer, and has neither size nor duration', () => {
  const { http, counts } = observed({ route: '/v2/events', ms: 60_000, answerBytes: 1_000_000 });
  expect(http.meters.get('marathon.http.responses.2xx.rate.meter')?.count).toBe(1);
  expect(counts['marathon.http.responses.size.counter.bytes']).toBe(0);
  expect(http.timers.get('marathon.http.requests.duration.timer.seconds')?.snapshot().count).toBe(0);
});

test('Prometheus gets meters as counters with rates, and timers as summaries', () => {
  const lines = rateLines(observed({}).http).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE marathon_http_responses_2xx_rate_meter_count counter',
      'marathon_http_responses_2xx_rate_meter_count 1',
      'marathon_http_responses_2xx_rate_meter_m1_rate 0',
      '# TYPE marathon_http_requests_get_duration_timer_seconds summary',
      'marathon_http_requests_get_duration_timer_seconds{quantile="0.999"} 0.02',
      'marathon_http_requests_get_duration_timer_seconds_count 1',
      'marathon_http_requests_get_duration_timer_seconds_max 0.02',
    ]),
  );
});
