/**
 * The packing of facts into one short text: lines, some of them lists of items. A text is small in memory, cheap to hand to
 * another thread, and quick to compare.
 *
 * Always true: any text is unpacked as it was packed, one with line ends and tabs in it too.
 */

import type { Ranges } from '../../../cluster/model/ranges';

export const LINE = '\n';
export const ITEM = '\t';

const SPECIAL = /[\t\n\\]/;
const SPECIALS = new RegExp(SPECIAL, 'g');
const SHIFT = 0x40;

/** Packs a text into an item: line ends, tabs and backslashes are escaped. */
export function packText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(SPECIALS, (character) => `\\${String.fromCharCode(character.charCodeAt(0) + SHIFT)}`);
}

export function unpackText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(.)/gs, (_all, letter: string) => String.fromCharCode(letter.charCodeAt(0) - SHIFT));
}

/** Packs a list of texts; a list of one empty text is unpacked as an empty list. */
export function packItems(items: readonly string[]): string {
  // Nearly all lists have one item or none.
  const [only] = items;
  if (only === undefined) return '';
  return items.length === 1 ? packText(only) : items.map(packText).join(ITEM);
}

const NOTHING: readonly string[] = [];

export function unpackItems(text: string): readonly string[] {
  if (text === '') return NOTHING;
  return text.includes(ITEM) ? text.split(ITEM).map(unpackText) : [unpackText(text)];
}

export function packRanges(ranges: Ranges): string {
  const [only] = ranges;
  if (only === undefined) return '';
  return ranges.length === 1
    ? `${only[0]}-${only[1]}`
    : ranges.map(([begin, end]) => `${begin}-${end}`).join(ITEM);
}

export function unpackRanges(text: string): Ranges {
  return unpackItems(text).map((item) => {
    const dash = item.indexOf('-', 1);
    return [Number(item.slice(0, dash)), Number(item.slice(dash + 1))];
  });
}
