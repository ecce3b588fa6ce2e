/**
 * Statistics of run times, with the weights and the quantiles of Dropwizard Metrics 3.1, which the original uses.
 *
 * A new sample counts for more than an old one: weights fall by the exponential of the age. The original draws a reservoir
 * that ends with its process; here the samples are those of the history.
 */

import type { Millis } from '../../../../cluster/model/time';
import { printDouble } from '../../../kit/core/values/java-double';

export interface RunTime {
  readonly duration: Millis;
  readonly endedAt: Millis;
}

/** The most samples that count, as in the original's reservoir. */
const SAMPLES_MAX = 1028;
/** The fall of weights in a second, as an exponent. */
const ALPHA = 0.015;

export interface Histogram {
  readonly '75thPercentile': number;
  readonly '95thPercentile': number;
  readonly '98thPercentile': number;
  readonly '99thPercentile': number;
  readonly median: number;
  /** The median again, as in the original. */
  readonly mean: number;
  readonly count: number;
}

/** The times are those of successes, the newest first. */
export function histogramOf(times: readonly RunTime[]): Histogram {
  const counted = times.slice(0, SAMPLES_MAX);
  const quantile = quantiles(counted);
  return {
    '75thPercentile': quantile(0.75),
    '95thPercentile': quantile(0.95),
    '98thPercentile': quantile(0.98),
    '99thPercentile': quantile(0.99),
    median: quantile(0.5),
    mean: quantile(0.5),
    count: counted.length,
  };
}

/** The quantiles of weighted times: the one at which the weights before it reach the share. */
function quantiles(times: readonly RunTime[]): (share: number) => number {
  const newest = times[0]?.endedAt ?? 0;
  const samples = times.map(({ duration, endedAt }) => ({
    duration,
    weight: Math.exp((ALPHA * (endedAt - newest)) / 1000),
  }));
  samples.sort((a, b) => a.duration - b.duration);
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  const shares = samples.map(({ weight }) => {
    const share = before;
    before += weight / total;
    return share;
  });
  return (share) => {
    const above = shares.findIndex((other) => other > share);
    const position = above < 0 ? samples.length - 1 : Math.max(0, above - 1);
    return samples[position]?.duration ?? 0;
  };
}

export function printHistogram(histogram: Histogram): string {
  const members = Object.entries(histogram).map(
    ([name, value]: [string, number]) => `"${name}":${name === 'count' ? value : printDouble(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** A row of `stats/PERCENTILE`: seconds. */
export function statOf(histogram: Histogram, percentile: string): number | undefined {
  return Object.hasOwn(histogram, percentile) ? histogram[percentile as keyof Histogram] / 1000 : undefined;
}
