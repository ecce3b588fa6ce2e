/**
 * All names of a zone with their nodes, for the listing of the whole zone.
 */

import { LINE } from '../facts/packed-text';
import { lineSink, nodeFromLines } from '../table/node-values';
import { expandEntry } from '../table/zone-entry';
import { parentOf } from '../table/zone-table';
import type { ZoneNode } from '../zone/zone';
import { entryNumbersEnd, entryOf, type ZoneData } from './zone-data';

/** Every name with its node, as one text for each until it is asked for: there may be very many at once. */
export function* nodesOf(zone: ZoneData): Generator<[string, ZoneNode]> {
  const { domain } = zone.options;
  const linesByName = new Map<string, string>();
  const sink = lineSink((name, line) => {
    const before = linesByName.get(name);
    linesByName.set(name, before === undefined ? line : before + LINE + line);
  });
  for (let entryNumber = 0; entryNumber < entryNumbersEnd(zone); entryNumber++) {
    const entry = entryOf(zone, entryNumber);
    if (entry !== null) expandEntry(zone.options, entry, sink);
  }
  for (const name of [domain, ...linesByName.keys()]) addNonTerminals(linesByName, name, domain);
  for (const [name, lines] of linesByName) yield [name, nodeFromLines(lines)];
}

/** Adds the domain and empty non-terminals above a name (RFC 8020). */
function addNonTerminals(linesByName: Map<string, string>, name: string, domain: string): void {
  let above: string | undefined = name === domain ? name : parentOf(name, domain);
  for (; above !== undefined && !linesByName.has(above); above = parentOf(above, domain))
    linesByName.set(above, '');
}
