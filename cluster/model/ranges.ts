/**
 * Sets of whole numbers as inclusive ranges, such as port ranges.
 *
 * Always true: sorted, not touching, not overlapping. Every function returns a new value.
 */

/** First and last number, both included. */
export type Range = readonly [begin: number, end: number];
export type Ranges = readonly Range[];

/** The largest number in a range: above it numbers are not exact, so they are refused. */
export const RANGE_MAX = Number.MAX_SAFE_INTEGER;

/** The error in a number of a range, or undefined. */
export function rangeNumberError(number: number | bigint): string | undefined {
  return number > RANGE_MAX ? `${number} is above ${RANGE_MAX}, the largest number of a range` : undefined;
}

/** Sorts and joins ranges into the normal form; empty ones (end before begin) are left out. */
export function normalRanges(ranges: Iterable<Range>): Ranges {
  const sorted = [...ranges].filter(([begin, end]) => begin <= end).sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [begin, end] of sorted) {
    const last = out.at(-1);
    if (last && begin <= last[1] + 1) last[1] = Math.max(last[1], end);
    else out.push([begin, end]);
  }
  return out;
}

/** The numbers in left or right. */
export function addRanges(left: Ranges, right: Ranges): Ranges {
  return normalRanges([...left, ...right]);
}

/** The numbers of left that are not in right. */
export function subtractRanges(left: Ranges, right: Ranges): Ranges {
  let rest: Range[] = [...left];
  for (const [begin, end] of right) {
    rest = rest.flatMap(([from, to]): Range[] => {
      if (end < from || begin > to) return [[from, to]];
      const remaining: Range[] = [];
      if (from < begin) remaining.push([from, begin - 1]);
      if (to > end) remaining.push([end + 1, to]);
      return remaining;
    });
  }
  return rest;
}

/** True when every number of inner is in outer. */
export function containsRanges(outer: Ranges, inner: Ranges): boolean {
  return inner.every(([begin, end]) => outer.some(([from, to]) => from <= begin && end <= to));
}

/** The number of numbers in the ranges. */
export function countRanges(ranges: Ranges): number {
  return ranges.reduce((count, [begin, end]) => count + end - begin + 1, 0);
}

/** Prints `[31000-32000, 33000-33000]`, the text of Mesos' endpoints. */
export function printRanges(ranges: Ranges): string {
  return `[${ranges.map(([begin, end]) => `${begin}-${end}`).join(', ')}]`;
}

/** Reads `[21000-24000, 30000-30001]`. Returns an error text when it is not such a list. */
export function readRanges(text: string): Ranges | { error: string } {
  const inner = /^\[(.*)\]$/s.exec(text.trim())?.[1]?.trim();
  if (inner === undefined) return { error: `Cannot parse ranges "${text}": expected [begin-end, ...]` };
  if (inner === '') return [];
  const out: Range[] = [];
  for (const part of inner.split(',')) {
    const match = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(part);
    if (!match) return { error: `Cannot parse ranges "${text}": "${part.trim()}" is not begin-end` };
    const tooLarge = [match[1], match[2]]
      .map((digits) => rangeNumberError(BigInt(digits ?? 0)))
      .find(Boolean);
    if (tooLarge) return { error: `Cannot parse ranges "${text}": ${tooLarge}` };
    const begin = Number(match[1]);
    const end = Number(match[2]);
    if (begin > end) return { error: `Cannot parse ranges "${text}": begin exceeds end` };
    out.push([begin, end]);
  }
  return normalRanges(out);
}
