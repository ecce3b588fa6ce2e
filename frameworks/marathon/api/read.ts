/**
 * Readers turn unknown JSON into typed values and collect every problem with its path and Marathon's code for it.
 *
 * A null counts as absent. Unknown members are collected for hints about typing errors.
 */

import { isObject, shownValue } from '../../../cluster/model/json-value';
import type { Schema } from '../../kit/api/schema';
import type { UnknownMember } from '../../kit/api/unknown-member';

export interface Problem {
  readonly path: string;
  /** Marathon's code. */
  readonly error: string;
  /** The same for people: a clause whose subject is the path. */
  readonly clause: string;
}

export interface Reading {
  readonly problems: Problem[];
  readonly unknown: UnknownMember[];
}

/** The problem of a member that has to be there. */
export function missingMember(path: string): Problem {
  return { path, error: 'error.path.missing', clause: 'is missing' };
}

export interface Reader<T> {
  /** Reads a value; undefined after a problem, which the reading has. */
  (value: unknown, path: string, reading: Reading): T | undefined;
  /** The JSON schema of what is read; any JSON without one. */
  readonly schema?: Schema;
}

/** A reader with the schema of what it reads. */
export function reader<T>(schema: Schema, read: Reader<T>): Reader<T> {
  return Object.assign(read.bind(undefined), { schema }) as Reader<T>;
}

export function schemaOf(read: Reader<unknown>): Schema {
  return read.schema ?? {};
}

/** The schema of what one of several readers reads. */
export function eitherOf(...readers: readonly Reader<unknown>[]): Schema {
  return { oneOf: readers.map(schemaOf) };
}

/** The limits that a schema shows; those that forbid nothing are left out. */
function limitsOf(limits: Readonly<Record<string, number | string | undefined>>): Schema {
  const entries = Object.entries(limits).filter(
    ([name, limit]) => limit !== undefined && !(name.startsWith('min') && name !== 'minimum' && limit === 0),
  );
  return Object.fromEntries(
    entries.filter(([, limit]) => typeof limit === 'string' || Number.isFinite(limit)),
  );
}

interface Field<T> {
  readonly read: Reader<NonNullable<T>>;
  readonly fallback?: T;
  readonly required?: boolean;
}

export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

export function newReading(): Reading {
  return { problems: [], unknown: [] };
}

function problem(reading: Reading, path: string, error: string, clause: string): undefined {
  reading.problems.push({ path: path === '' ? '/' : path, error, clause });
  return undefined;
}

const TYPES = {
  jsstring: 'a string',
  jsnumber: 'a number',
  jsboolean: 'true or false',
  jsarray: 'a list',
  jsobject: 'an object',
};

function wrongType(reading: Reading, path: string, type: keyof typeof TYPES, value: unknown): undefined {
  return problem(reading, path, `error.expected.${type}`, `must be ${TYPES[type]}, not ${shownValue(value)}`);
}

/** A member that may be left out. */
export function optional<T>(read: Reader<NonNullable<T>>): Field<T | undefined> {
  return { read };
}

export function required<T>(read: Reader<NonNullable<T>>): Field<T> {
  return { read, required: true };
}

export function fallback<T>(read: Reader<NonNullable<T>>, value: NoInfer<T>): Field<T> {
  return { read, fallback: value };
}

interface TextLimits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern in words, behind `must`. */
  readonly form?: string;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

export function text({
  min = 0,
  max = Number.POSITIVE_INFINITY,
  pattern,
  form,
}: TextLimits = {}): Reader<string> {
  const limits = limitsOf({ minLength: min, maxLength: max, pattern: pattern?.source });
  return reader({ type: 'string', ...limits }, (value, path, reading) => {
    if (typeof value !== 'string') return wrongType(reading, path, 'jsstring', value);
    if (value.length < min)
      return problem(reading, path, 'error.minLength', `must have at least ${count(min, 'character')}`);
    if (value.length > max)
      return problem(reading, path, 'error.maxLength', `must have at most ${count(max, 'character')}`);
    if (pattern && !pattern.test(value)) {
      const wanted = form ?? `match ${pattern.source}`;
      return problem(reading, path, 'error.pattern', `must ${wanted}, not ${shownValue(value)}`);
    }
    return value;
  });
}

interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

export function number(limits: NumberLimits = {}): Reader<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
  return reader({ type: 'number', ...limitsOf({ minimum: min, maximum: max }) }, (value, path, reading) => {
    if (typeof value !== 'number') return wrongType(reading, path, 'jsnumber', value);
    if (!Number.isFinite(value))
      return problem(reading, path, 'error.expected.jsnumber', 'is too large for a number');
    if (value < min) return problem(reading, path, 'error.min', `must be at least ${min}, not ${value}`);
    if (value > max) return problem(reading, path, 'error.max', `must be at most ${max}, not ${value}`);
    return value;
  });
}

/** The largest integer of Java. */
export const INT_MAX = 2 ** 31 - 1;

export function integer(limits: NumberLimits = {}): Reader<number> {
  const read = number({ max: INT_MAX, ...limits });
  return reader({ ...read.schema, type: 'integer' }, (value, path, reading) => {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      const clause = `must be a whole number, not ${value}`;
      return problem(reading, path, 'error.expected.jsnumber', clause);
    }
    return read(value, path, reading);
  });
}

export const boolean: Reader<boolean> = reader({ type: 'boolean' }, (value, path, reading) =>
  typeof value === 'boolean' ? value : wrongType(reading, path, 'jsboolean', value),
);

/** One of some words, in any case; the word in its own case comes out. */
export function oneOf<W extends string>(...words: readonly W[]): Reader<W> {
  return reader({ type: 'string', enum: words }, (value, path, reading) => {
    if (typeof value !== 'string') return wrongType(reading, path, 'jsstring', value);
    const match = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    if (match !== undefined) return match;
    const clause = `must be one of ${words.join(', ')}, not ${shownValue(value)}`;
    return problem(reading, path, 'error.unknown.enum.literal', clause);
  });
}

export function listOf<T>(read: Reader<T>, { min = 0, max = INT_MAX }: NumberLimits = {}): Reader<T[]> {
  const limits = limitsOf({ minItems: min, maxItems: max === INT_MAX ? undefined : max });
  const schema = { type: 'array', items: schemaOf(read), ...limits };
  return reader(schema, (value, path, reading) => {
    if (!Array.isArray(value)) return wrongType(reading, path, 'jsarray', value);
    if (value.length < min)
      return problem(reading, path, 'error.minLength', `must have at least ${count(min, 'member')}`);
    if (value.length > max)
      return problem(reading, path, 'error.maxLength', `must have at most ${count(max, 'member')}`);
    const items = value.map((item: unknown, index) => read(item, `${path}(${index})`, reading));
    return items.filter((item) => item !== undefined) as T[];
  });
}

export function mapOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return reader({ type: 'object', additionalProperties: schemaOf(read) }, (value, path, reading) => {
    if (!isObject(value)) return wrongType(reading, path, 'jsobject', value);
    const entries = Object.entries(value).flatMap(([key, item]): [string, T][] => {
      const got = read(item, `${path}/${key}`, reading);
      return got === undefined ? [] : [[key, got]];
    });
    return Object.fromEntries(entries);
  });
}

/** An object by a table of its members. `ignored` members are known but have no effect. */
export function object<T extends object>(fields: Fields<T>, ignored: readonly string[] = []): Reader<T> {
  const table = Object.entries(fields) as [string, Field<unknown>][];
  const memberNames = [...table.map(([name]) => name), ...ignored];
  return reader(objectSchema(table), (value, path, reading) => {
    if (!isObject(value)) return wrongType(reading, path, 'jsobject', value);
    for (const key of Object.keys(value)) {
      if (!memberNames.includes(key)) reading.unknown.push({ path: `${path}/${key}`, memberNames });
    }
    const entries = table.flatMap(([name, field]): [string, unknown][] => {
      const got = readField(field, value[name], `${path}/${name}`, reading);
      return got === undefined ? [] : [[name, got]];
    });
    return Object.fromEntries(entries) as T;
  });
}

function objectSchema(table: readonly (readonly [string, Field<unknown>])[]): Schema {
  const required = table.filter(([, field]) => field.required).map(([name]) => name);
  const properties = table.map(([name, field]) => {
    const schema = schemaOf(field.read);
    return [name, field.fallback === undefined ? schema : { ...schema, default: field.fallback }];
  });
  const schema = { type: 'object', properties: Object.fromEntries(properties) as Schema };
  return required.length === 0 ? schema : { ...schema, required };
}

function readField(field: Field<unknown>, value: unknown, path: string, reading: Reading): unknown {
  if (value !== undefined && value !== null) return field.read(value, path, reading);
  if (!field.required) return field.fallback;
  reading.problems.push(missingMember(path));
  return undefined;
}
