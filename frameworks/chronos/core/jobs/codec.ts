/**
 * Codecs of JSON members: each reads a value that a client sent, prints it as the original does, and has its schema.
 *
 * Values are coerced as in Jackson 2.7: texts of numbers and booleans count as such, and the other way round. A null
 * counts as absent. The original turns texts that are no number into 0; here they are violations.
 */

import { isObject, shownValue } from '../../../../cluster/model/json-value';
import type { UnknownMember } from '../../../kit/api/unknown-member';
import { printDouble } from '../../../kit/core/values/java-double';

/** One broken rule at one path. */
export interface Violation {
  readonly path: string;
  /** A clause whose subject is the path. */
  readonly clause: string;
}

export interface Reading {
  readonly violations: Violation[];
  /** Members that have no effect, with the names that have one. */
  readonly unknown: UnknownMember[];
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Codec<T> {
  /** Undefined after a violation, which the reading then has. */
  read(value: unknown, path: string, reading: Reading): T | undefined;
  print(value: T): string;
  readonly schema: JsonSchema;
}

/** A member of an object: required, with a fallback, or left out. */
export interface Member<T> {
  readonly codec: Codec<NonNullable<T>>;
  readonly fallback?: T;
  readonly isRequired?: boolean;
  /** The member is printed only when it differs from the fallback. */
  readonly isHidden?: boolean;
}

export type Members<T> = { readonly [K in keyof T]-?: Member<T[K]> };

export function newReading(): Reading {
  return { violations: [], unknown: [] };
}

export function violate(reading: Reading, path: string, clause: string): undefined {
  reading.violations.push({ path, clause });
  return undefined;
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

export const text: Codec<string> = {
  read: (value, path, reading) => {
    if (typeof value === 'string')
      return value.includes('\0') ? violate(reading, path, 'must not have a NUL character') : value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return violate(reading, path, `must be a string, not ${shownValue(value)}`);
  },
  print: JSON.stringify,
  schema: { type: 'string' },
};

export const flag: Codec<boolean> = {
  read: (value, path, reading) => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    if (value === 'true' || value === 'false') return value === 'true';
    return violate(reading, path, `must be true or false, not ${shownValue(value)}`);
  },
  print: String,
  schema: { type: 'boolean' },
};

interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && NUMBER.test(value)) return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function double({ min = 0, max = Number.MAX_VALUE }: NumberLimits = {}): Codec<number> {
  return {
    read: (value, path, reading) => {
      const number = readNumber(value);
      if (number === undefined) return violate(reading, path, `must be a number, not ${shownValue(value)}`);
      return withinLimits(number, { min, max }) ?? violate(reading, path, limitClause({ min, max }, value));
    },
    print: printDouble,
    schema: { type: 'number', minimum: min },
  };
}

const INT_MAX = 2 ** 31 - 1;

export function integer({ min = 0, max = INT_MAX }: NumberLimits = {}): Codec<number> {
  return {
    read: (value, path, reading) => {
      const number = readNumber(value);
      if (number === undefined || !Number.isInteger(number))
        return violate(reading, path, `must be a whole number, not ${shownValue(value)}`);
      return withinLimits(number, { min, max }) ?? violate(reading, path, limitClause({ min, max }, value));
    },
    print: String,
    schema: { type: 'integer', minimum: min, maximum: max },
  };
}

export const long: Codec<number> = integer({ max: Number.MAX_SAFE_INTEGER });

function withinLimits(number: number, { min, max }: Required<NumberLimits>): number | undefined {
  return number >= min && number <= max ? number + 0 : undefined;
}

function limitClause({ min, max }: Required<NumberLimits>, value: unknown): string {
  const isSmall = Number(value) < min;
  return `must be at ${isSmall ? `least ${min}` : `most ${max}`}, not ${shownValue(value)}`;
}

/** A number that the original prints as a text. */
export function numberText(limits: NumberLimits): Codec<number> {
  const number = integer(limits);
  return { ...number, print: (value) => `"${value}"` };
}

interface WordOptions {
  readonly anyCase?: boolean;
}

export function oneOf<W extends string>(
  words: readonly W[],
  { anyCase = false }: WordOptions = {},
): Codec<W> {
  const same = (word: string): string => (anyCase ? word.toUpperCase() : word);
  return {
    read: (value, path, reading) =>
      words.find((word) => typeof value === 'string' && same(word) === same(value)) ??
      violate(reading, path, `must be one of ${words.join(', ')}, not ${shownValue(value)}`),
    print: JSON.stringify,
    schema: { type: 'string', enum: words },
  };
}

export function listOf<T>(codec: Codec<T>): Codec<readonly T[]> {
  return {
    read: (value, path, reading) => {
      if (!Array.isArray(value)) return violate(reading, path, `must be a list, not ${shownValue(value)}`);
      const entries = value.map((entry: unknown, index) => codec.read(entry, `${path}/${index}`, reading));
      return entries.flatMap((entry) => (entry === undefined ? [] : [entry]));
    },
    print: (entries) => `[${entries.map((entry) => codec.print(entry)).join(',')}]`,
    schema: { type: 'array', items: codec.schema },
  };
}

/** An object by a table of its members, which are printed in the order of the table. */
export function objectOf<T extends object>(members: Members<T>): Codec<T> {
  const table = Object.entries(members) as [string, Member<unknown>][];
  const memberNames = table.map(([name]) => name);
  const print = memberPrinter(table);
  return {
    read: (value, path, reading) => {
      if (!isObject(value)) return violate(reading, path, `must be an object, not ${shownValue(value)}`);
      noteUnknown(value, { path, memberNames, reading });
      const entries = table.map(([name, member]) => [
        name,
        readMember(member, value[name], `${path}/${name}`, reading),
      ]);
      return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined)) as T;
    },
    print: (value) => `{${print(value as Readonly<Record<string, unknown>>)}}`,
    schema: objectSchema(table),
  };
}

interface UnknownContext {
  readonly path: string;
  readonly memberNames: readonly string[];
  readonly reading: Reading;
}

export function noteUnknown(value: object, { path, memberNames, reading }: UnknownContext): void {
  for (const name of Object.keys(value)) {
    if (!memberNames.includes(name)) reading.unknown.push({ path: `${path}/${name}`, memberNames });
  }
}

export function readMember(member: Member<unknown>, value: unknown, path: string, reading: Reading): unknown {
  if (!isAbsent(value)) return member.codec.read(value, path, reading) ?? member.fallback;
  return member.isRequired ? violate(reading, path, 'is missing') : member.fallback;
}

/** Prints the members of an object as `"name":value` with commas between them, without those that are hidden. */
export function memberPrinter(
  table: readonly (readonly [name: string, member: Member<unknown>])[],
): (values: Readonly<Record<string, unknown>>) => string {
  const rows = table.map(([name, member]) => ({ ...member, name, head: `${JSON.stringify(name)}:` }));
  return (values) => {
    let text = '';
    for (const { name, head, codec, fallback, isHidden } of rows) {
      const value = values[name];
      if (isAbsent(value) || (isHidden && isSame(value, fallback))) continue;
      text += (text === '' ? '' : ',') + head + codec.print(value);
    }
    return text;
  };
}

function isSame(value: unknown, fallback: unknown): boolean {
  return value === fallback || (Array.isArray(value) && Array.isArray(fallback) && value.length === 0);
}

export function objectSchema(table: readonly (readonly [string, Member<unknown>])[]): JsonSchema {
  const required = table.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  const properties = table.map(([name, { codec, fallback }]) => [
    name,
    fallback === undefined ? codec.schema : { ...codec.schema, default: fallback },
  ]);
  const schema = { type: 'object', properties: Object.fromEntries(properties) as JsonSchema };
  return required.length === 0 ? schema : { ...schema, required };
}
