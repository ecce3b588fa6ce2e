/** Meters and timers in the text format of Prometheus, as the original prints them (PrometheusReporter). */

import type { Spread } from '../../kit/edge/timer';
import type { HttpMetrics } from './http-metrics';

const QUANTILES: readonly [string, keyof Spread][] = [
  ['0.5', 'p50'],
  ['0.75', 'p75'],
  ['0.95', 'p95'],
  ['0.98', 'p98'],
  ['0.99', 'p99'],
  ['0.999', 'p999'],
];
const EXTREMES = ['min', 'mean', 'max', 'stddev'] as const;
const RATES = ['mean_rate', 'm1_rate', 'm5_rate', 'm15_rate'] as const;

export function rateLines({ meters, timers }: Pick<HttpMetrics, 'meters' | 'timers'>): string {
  const lines: string[] = [];
  const gauge = (name: string, value: number): void => {
    lines.push(`# TYPE ${name} gauge`, `${name} ${value}`);
  };
  for (const [metric, meter] of meters) {
    const name = nameOf(metric);
    const rates = meter.snapshot();
    lines.push(`# TYPE ${name}_count counter`, `${name}_count ${meter.count}`);
    for (const rate of RATES) gauge(`${name}_${rate}`, rates[rate]);
  }
  for (const [metric, timer] of timers) {
    const name = nameOf(metric);
    const snapshot = timer.snapshot();
    lines.push(`# TYPE ${name} summary`);
    for (const [quantile, member] of QUANTILES)
      lines.push(`${name}{quantile="${quantile}"} ${snapshot[member]}`);
    lines.push(`${name}_count ${snapshot.count}`);
    for (const extreme of EXTREMES) gauge(`${name}_${extreme}`, snapshot[extreme]);
    for (const rate of RATES) gauge(`${name}_${rate}`, snapshot[rate]);
  }
  return `${lines.join('\n')}\n`;
}

function nameOf(metric: string): string {
  return metric.replace(/[^A-Za-z0-9_]/g, '_');
}
