/**
 * A node of the zone as one short text: small in memory, cheap to hand to another thread, quick to compare.
 */

import type { Service, ZoneNode } from './book';

const SECTION = '\n';
const ITEM = '\t';

/** The text of a name that has nothing, and only exists because there are names below it. */
export const NON_TERMINAL = '';

/** The values of one kind. Services are `port target`. */
export function joinItems(items: Iterable<string>): string {
  return [...items].join(ITEM);
}

/** A node out of its joined addresses and services. */
export function joinSections(a: string, aaaa: string, services: string): string {
  return a + SECTION + aaaa + SECTION + services;
}

export function packService({ port, target }: Service): string {
  return `${port} ${target}`;
}

export function unpackService(text: string): Service {
  const space = text.indexOf(' ');
  return { port: Number(text.slice(0, space)), target: text.slice(space + 1) };
}

export function unpackNode(packed: string): ZoneNode {
  if (packed === NON_TERMINAL) return { a: [], aaaa: [], services: [], own: false };
  const [a = '', aaaa = '', services = ''] = packed.split(SECTION);
  const items = (section: string): string[] => (section === '' ? [] : section.split(ITEM));
  return { a: items(a), aaaa: items(aaaa), services: items(services).map(unpackService), own: true };
}
