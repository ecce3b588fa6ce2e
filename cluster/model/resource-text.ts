/**
 * The text forms of `--resources` and `--attributes` (Mesos 1.11 src/common/resources.cpp, attributes.cpp).
 */

import { readRanges } from './ranges';
import {
  type Amount,
  combine,
  type Resource,
  type ResourceMeta,
  type Resources,
  resourceOf,
} from './resources';

/** Reads `cpus:2;mem:1024;ports(web):[31000-31100];zones:{a, b}`. The error names the part that is wrong. */
export function readResourceText(text: string): Resources | { readonly error: string } {
  const resources: Resource[] = [];
  for (const part of text
    .split(';')
    .map((token) => token.trim())
    .filter((token) => token !== '')) {
    const match = /^([^:()]+)(?:\(([^()]*)\))?:(.*)$/s.exec(part);
    if (!match) return { error: `Cannot parse resource "${part}": expected name:value or name(role):value` };
    const [, name = '', role = '*', value = ''] = match;
    const amount = readAmount(value.trim());
    if ('error' in amount) return { error: `Cannot parse resource "${part}": ${amount.error}` };
    const reserved: ResourceMeta =
      role === '*' || role === '' ? {} : { reservations: [{ type: 'STATIC', role }] };
    resources.push(resourceOf(name.trim(), amount, reserved));
  }
  return combine(resources);
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

/** An attribute of the wire. */
export type AttributeValue =
  | { readonly name: string; readonly type: 'SCALAR'; readonly scalar: { readonly value: number } }
  | {
      readonly name: string;
      readonly type: 'RANGES';
      readonly ranges: { readonly range: readonly { begin: number; end: number }[] };
    }
  | { readonly name: string; readonly type: 'TEXT'; readonly text: { readonly value: string } };

/**
 * Reads `rack:r1;level:10`, by the rules of Mesos' attributes.cpp and values.cpp. The first colon splits,
 * spaces in a value are removed, a value in brackets is ranges, a number that is not negative is a scalar,
 * and anything else is text. Sets and unmatched brackets are errors, as there.
 */
export function readAttributeText(text: string): readonly AttributeValue[] | { readonly error: string } {
  const attributes: AttributeValue[] = [];
  for (const part of text.split(/[;\n]/).map((token) => token.trim())) {
    if (part === '') continue;
    const colon = part.indexOf(':');
    const name = part.slice(0, colon).trim();
    const value = part.slice(colon + 1).replaceAll(' ', '');
    if (colon <= 0 || value === '') return { error: `Cannot parse attribute "${part}": expected name:value` };
    const attribute = readAttribute(name, value);
    if ('error' in attribute) return { error: `Cannot parse attribute "${part}": ${attribute.error}` };
    attributes.push(attribute);
  }
  return attributes;
}

const SCALAR = /^(\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|0x[0-9a-f]+)$/i;

function readAttribute(name: string, value: string): AttributeValue | { readonly error: string } {
  const brackets = bracketError(value);
  if (brackets !== undefined) return { error: brackets };
  if (value.startsWith('[')) {
    const ranges = readRanges(value);
    if ('error' in ranges) return ranges;
    return { name, type: 'RANGES', ranges: { range: ranges.map(([begin, end]) => ({ begin, end })) } };
  }
  if (SCALAR.test(value) && Number.isFinite(Number(value)))
    return { name, type: 'SCALAR', scalar: { value: Number(value) } };
  return { name, type: 'TEXT', text: { value } };
}

/** The error in a value's brackets: only ranges have them, and attributes have no sets. */
function bracketError(value: string): string | undefined {
  if (['{}', '[]', '()'].some((pair) => !isMatched(value, pair))) return 'its brackets do not match';
  if (value.startsWith('{')) return 'attributes cannot be sets; write text, such as x_y';
  if (value.lastIndexOf('[') > 0) return "unexpected '[' found: only ranges have brackets";
  return value.includes('{') ? "unexpected '{' found" : undefined;
}

function isMatched(text: string, pair: string): boolean {
  let depth = 0;
  for (const char of text) {
    if (char === pair[0]) depth++;
    if (char === pair[1] && --depth < 0) return false;
  }
  return depth === 0;
}
