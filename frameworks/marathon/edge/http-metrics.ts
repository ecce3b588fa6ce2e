/** Metrics of the HTTP API under the names of the original: rates by status, durations by method, and sizes. */

import type { EndedRequest, RequestObserver } from '../../../cluster/runtime/http/server';
import type { Counter, Metrics } from '../../../cluster/runtime/metrics';
import { Meter, Timer } from '../../kit/edge/timer';

const METHODS = ['get', 'post', 'put', 'delete', 'head', 'options'] as const;
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
/** Its requests last as long as their readers, so they have no duration; the bus counts its bytes. */
const EVENTS = '/v2/events';

export class HttpMetrics implements RequestObserver {
  readonly meters: ReadonlyMap<string, Meter>;
  readonly timers: ReadonlyMap<string, Timer>;
  private active = 0;
  private readonly requestBytes: Counter;
  private readonly answerBytes: Counter;
  private readonly gzippedBytes: Counter;

  constructor(metrics: Metrics, now: () => number) {
    metrics.gauge('marathon.http.requests.active.gauge', 'Requests being answered', () => this.active);
    const counter = (name: string, help: string): Counter =>
      metrics.counter(`marathon.http.${name}.counter.bytes`, help);
    this.requestBytes = counter('requests.size', 'Bytes of the bodies of requests');
    this.answerBytes = counter('responses.size', 'Bytes of answers');
    this.gzippedBytes = counter('responses.size.gzipped', 'Bytes of compressed answers');
    this.meters = new Map(CLASSES.map((name) => [responses(name), new Meter(now)]));
    const timers = ['requests', ...METHODS.map((method) => `requests.${method}`)];
    this.timers = new Map(timers.map((name) => [durations(name), new Timer(now)]));
  }

  began(): void {
    this.active++;
  }

  ended({ method, status, ms, requestBytes, answerBytes, isGzipped, route }: EndedRequest): void {
    this.active--;
    this.meters.get(responses(`${Math.floor(status / 100)}xx`))?.mark();
    if (route === EVENTS) return;
    this.requestBytes.inc(requestBytes);
    this.answerBytes.inc(answerBytes);
    if (isGzipped) this.gzippedBytes.inc(answerBytes);
    this.timers.get(durations('requests'))?.add(ms);
    this.timers.get(durations(`requests.${method.toLowerCase()}`))?.add(ms);
  }
}

function responses(name: string): string {
  return `marathon.http.responses.${name}.rate.meter`;
}

function durations(name: string): string {
  return `marathon.http.${name}.duration.timer.seconds`;
}
