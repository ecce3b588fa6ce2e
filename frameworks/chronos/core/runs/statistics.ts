/**
 * Statistics of run times: the reservoir and the quantiles of Dropwizard Metrics 3.1, which the original uses.
 *
 * The reservoir prefers new samples: a sample's weight grows by the exponential of its age, in favour of the youngest.
 */

import { assert } from '../../../../cluster/model/assert';
import { nextRandom, type Random } from '../../../../cluster/model/random';
import type { Millis } from '../../../../cluster/model/time';
import { printDouble } from '../../../kit/core/values/java-double';

interface Sample {
  readonly value: Millis;
  weight: number;
  priority: number;
}

export interface Reservoir {
  readonly samples: Sample[];
  /** The weights count from here. */
  since: Millis;
}

export const SAMPLES_MAX = 1028;
const ALPHA = 0.015;
/** Weights grow without end, so they begin anew each hour. */
const RESCALE_MS = 3_600_000;

export function newReservoir(now: Millis): Reservoir {
  return { samples: [], since: now };
}

interface Draw {
  readonly now: Millis;
  readonly random: Random;
}

export function addSample(reservoir: Reservoir, value: Millis, { now, random }: Draw): void {
  if (now - reservoir.since >= RESCALE_MS) rescale(reservoir, now);
  const weight = Math.exp((ALPHA * Math.max(0, now - reservoir.since)) / 1000);
  const sample = { value, weight, priority: weight / (1 - nextRandom(random)) };
  if (reservoir.samples.length < SAMPLES_MAX) {
    reservoir.samples.push(sample);
    return;
  }
  const position = leastPosition(reservoir.samples);
  const least = reservoir.samples[position];
  assert(least, 'a full reservoir has a least sample');
  if (least.priority < sample.priority) reservoir.samples[position] = sample;
}

function leastPosition(samples: readonly Sample[]): number {
  let least = 0;
  for (const [position, { priority }] of samples.entries()) {
    if (priority < (samples[least]?.priority ?? 0)) least = position;
  }
  return least;
}

function rescale(reservoir: Reservoir, now: Millis): void {
  const factor = Math.exp((-ALPHA * (now - reservoir.since)) / 1000);
  for (const sample of reservoir.samples) {
    sample.weight *= factor;
    sample.priority *= factor;
  }
  reservoir.since = now;
}

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

export function histogramOf({ samples }: Reservoir): Histogram {
  const quantile = quantiles(samples);
  return {
    '75thPercentile': quantile(0.75),
    '95thPercentile': quantile(0.95),
    '98thPercentile': quantile(0.98),
    '99thPercentile': quantile(0.99),
    median: quantile(0.5),
    mean: quantile(0.5),
    count: samples.length,
  };
}

/** The quantiles of weighted samples: the value at which the weights before it reach the share. */
function quantiles(samples: readonly Sample[]): (share: number) => number {
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  const shares = sorted.map(({ weight }) => {
    const share = before;
    before += total === 0 ? 1 / sorted.length : weight / total;
    return share;
  });
  return (share) => {
    const above = shares.findIndex((other) => other > share);
    const position = above < 0 ? sorted.length - 1 : Math.max(0, above - 1);
    return sorted[position]?.value ?? 0;
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

export interface JobStat {
  readonly name: string;
  readonly histogram: Histogram;
}

/** The answer of `stats/PERCENTILE`: the longest first; nothing for an unknown key. */
export function printStats(jobs: readonly JobStat[], percentile: string): string {
  const rows = jobs.flatMap(({ name, histogram }) => {
    const time = statOf(histogram, percentile);
    return time === undefined ? [] : [{ name, time }];
  });
  rows.sort((a, b) => b.time - a.time || (a.name < b.name ? -1 : 1));
  const texts = rows.map(
    ({ name, time }) => `{"jobNameLabel":${JSON.stringify(name)},"time":${printDouble(time)}}`,
  );
  return `[${texts.join(',')}]`;
}
