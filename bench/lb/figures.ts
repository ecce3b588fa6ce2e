/** Figures of a bench, and how they are printed. */

export interface Figure {
  readonly what: string;
  readonly median: number;
  readonly p99: number;
  readonly count: number;
  /** What the p99 is to stay under, in milliseconds. */
  readonly aim?: number;
  readonly note?: string;
}

export function spread(values: readonly number[]): Pick<Figure, 'median' | 'p99' | 'count'> {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: quantile(0.5), p99: quantile(0.99), count: sorted.length };
}

export function printFigures(figures: readonly Figure[]): string {
  const lines = figures.map(({ what, median, p99, count, aim, note }) => {
    const wanted = aim === undefined ? '' : `  (aim under ${aim} ms)`;
    const numbers = `median ${median.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  of ${count}`;
    return `${what.padEnd(64)} ${numbers}${wanted}${note === undefined ? '' : `  ${note}`}`;
  });
  return `${lines.join('\n')}\n`;
}
