/**
 * The text forms of `--resources` and `--attributes` (Mesos 1.11 src/common/resources.cpp, attributes.cpp).
 */

import { rangeNumberError, readRanges } from './ranges';
import { type Amount, combine, type Piece, pieceOf, type Resources, type Rest } from './resources';

/** Reads `cpus:2;mem:1024;ports(web):[31000-31100];zones:{a, b}`. Returns an error text that names the part. */
export function readResourceText(text: string): Resources | { readonly error: string } {
  const pieces: Piece[] = [];
  for (const part of text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')) {
    const match = /^([^:()]+)(?:\(([^()]*)\))?:(.*)$/s.exec(part);
    if (!match) return { error: `Cannot parse resource "${part}": expected name:value or name(role):value` };
    const [, name = '', role = '*', value = ''] = match;
    const amount = readAmount(value.trim());
    if ('error' in amount) return { error: `Cannot parse resource "${part}": ${amount.error}` };
    const reserved: Rest = role === '*' || role === '' ? {} : { reservations: [{ type: 'STATIC', role }] };
    pieces.push(pieceOf(name.trim(), amount, reserved));
  }
  return combine(pieces);
}

function readAmount(text: string): Amount | { readonly error: string } {
  if (text.startsWith('[')) {
    const ranges = readRanges(text);
    return 'error' in ranges ? ranges : { type: 'RANGES', ranges };
  }
  const set = /^\{(.*)\}$/s.exec(text)?.[1];
  if (set !== undefined) {
    return { type: 'SET', items: readItems(set) };
  }
  const value = text === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && Number.isFinite(value)))
    return { error: `"${text}" is not a number, [ranges] or {set}` };
  return { type: 'SCALAR', milli: Math.round(value * 1000) };
}

function readItems(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))].sort();
}

/** An attribute as on the wire. */
export type AttributeValue =
  | { readonly name: string; readonly type: 'SCALAR'; readonly scalar: { readonly value: number } }
  | {
      readonly name: string;
      readonly type: 'RANGES';
      readonly ranges: { readonly range: readonly { begin: number; end: number }[] };
    }
  | { readonly name: string; readonly type: 'TEXT'; readonly text: { readonly value: string } };

/** Reads `rack:r1;level:10`. Only the first colon splits; what is no number or ranges is text. */
export function readAttributeText(text: string): readonly AttributeValue[] | { readonly error: string } {
  const out: AttributeValue[] = [];
  for (const part of text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')) {
    const colon = part.indexOf(':');
    if (colon <= 0) return { error: `Cannot parse attribute "${part}": expected name:value` };
    const value = part.slice(colon + 1).trim();
    const tooLarge = tooLargeError(value);
    if (tooLarge) return { error: `Cannot parse attribute "${part}": ${tooLarge}` };
    out.push(readAttribute(part.slice(0, colon).trim(), value));
  }
  return out;
}

/** Ranges with numbers that cannot be kept are no text either. */
function tooLargeError(value: string): string | undefined {
  const numbers = value.startsWith('[') ? (value.match(/\d+/g) ?? []) : [];
  return numbers.map((digits) => rangeNumberError(BigInt(digits))).find((error) => error !== undefined);
}

function readAttribute(name: string, value: string): AttributeValue {
  if (value.startsWith('[')) {
    const ranges = readRanges(value);
    if (!('error' in ranges)) {
      return { name, type: 'RANGES', ranges: { range: ranges.map(([begin, end]) => ({ begin, end })) } };
    }
  }
  if (/^-?\d+(\.\d+)?$/.test(value)) return { name, type: 'SCALAR', scalar: { value: Number(value) } };
  return { name, type: 'TEXT', text: { value } };
}
