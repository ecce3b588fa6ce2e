/**
 * The host ports of a task, from the ports of an offer.
 *
 * A mapping with a fixed host port needs that port, one with 0 takes any, one without takes none. A definition takes
 * any port, or the declared one with requirePorts. Dynamic ports follow each other from a random start, so those of one
 * task tend to be adjacent.
 */

import { nextInteger, type Random } from '../../../../cluster/model/random';
import { countRanges, type Ranges } from '../../../../cluster/model/ranges';
import type { App } from '../../api/app';

/** The request for one port: a fixed one, any (0), or none (null). */
type PortRequest = number | null;

function portRequestsOf(app: App): PortRequest[] {
  const definitions = app.portDefinitions;
  if (definitions) return definitions.map(({ port }) => (app.requirePorts ? port : 0));
  return (app.container?.portMappings ?? []).map(({ hostPort }) => hostPort ?? null);
}

/** The number of host ports that an app needs. */
export function hostPortCount(app: App): number {
  return portRequestsOf(app).filter((request) => request !== null).length;
}

/** The host port of each definition or mapping (null where it has none); undefined when the offer has too few. */
export function matchPorts(app: App, offered: Ranges, random: Random): (number | null)[] | undefined {
  const requests = portRequestsOf(app);
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
