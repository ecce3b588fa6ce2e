/**
 * The host ports of a task, from the ports of an offer.
 *
 * Dynamic ports follow each other from a random start, so those of one task tend to be adjacent.
 */

import { nextInteger, type Random } from '../../../../cluster/model/random';
import { countRanges, type Ranges } from '../../../../cluster/model/ranges';

/** The request for one port: a fixed one, any (0), or none (null). */
export type PortRequest = number | null;

/** The host port of each request (null where it wants none); undefined when the offer has too few. */
export function choosePorts(
  requests: readonly PortRequest[],
  offered: Ranges,
  random: Random,
): (number | null)[] | undefined {
  const fixed = requests.filter((request): request is number => request !== null && request !== 0);
  if (!fixed.every((port) => offered.some(([begin, end]) => begin <= port && port <= end))) return undefined;
  if (new Set(fixed).size < fixed.length) return undefined;
  const count = requests.filter((request) => request === 0).length;
  const dynamic = dynamicPorts(offered, new Set(fixed), count, random);
  if (!dynamic) return undefined;
  return requests.map((request) => (request === 0 ? (dynamic.shift() ?? null) : request));
}

function dynamicPorts(
  offered: Ranges,
  fixed: ReadonlySet<number>,
  count: number,
  random: Random,
): number[] | undefined {
  const total = countRanges(offered);
  if (count === 0) return [];
  if (total - fixed.size < count) return undefined;
  const start = nextInteger(random, total);
  const out: number[] = [];
  for (let step = 0; step < total && out.length < count; step++) {
    const port = portAt(offered, (start + step) % total);
    if (!fixed.has(port)) out.push(port);
  }
  return out.length === count ? out : undefined;
}

/** The n-th port of some ranges. */
function portAt(ranges: Ranges, index: number): number {
  let rest = index;
  for (const [begin, end] of ranges) {
    const size = end - begin + 1;
    if (rest < size) return begin + rest;
    rest -= size;
  }
  return -1;
}
