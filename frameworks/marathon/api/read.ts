/**
 * Readers: unknown JSON to typed values, collecting every problem with its path and Marathon's code for it.
 *
 * A null counts as absent. Members that no table names are remembered, so that typing errors can be pointed out.
 */

export interface Reading {
  readonly problems: { readonly path: string; readonly error: string }[];
  readonly unknown: { readonly path: string; readonly known: readonly string[] }[];
}

/** Undefined after a problem was noted. */
export type Reader<T> = (value: unknown, path: string, reading: Reading) => T | undefined;

interface Field<T> {
  readonly read: Reader<NonNullable<T>>;
  readonly fallback?: T;
  readonly required?: boolean;
}

export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

export function newReading(): Reading {
  return { problems: [], unknown: [] };
}

function problem(reading: Reading, path: string, error: string): undefined {
  reading.problems.push({ path: path === '' ? '/' : path, error });
  return undefined;
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
}

export function text({ min = 0, max = Number.POSITIVE_INFINITY, pattern }: TextLimits = {}): Reader<string> {
  return (value, path, reading) => {
    if (typeof value !== 'string') return problem(reading, path, 'error.expected.jsstring');
    if (value.length < min) return problem(reading, path, 'error.minLength');
    if (value.length > max) return problem(reading, path, 'error.maxLength');
    if (pattern && !pattern.test(value)) return problem(reading, path, 'error.pattern');
    return value;
  };
}

interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

export function number(limits: NumberLimits = {}): Reader<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
  return (value, path, reading) => {
    if (typeof value !== 'number') return problem(reading, path, 'error.expected.jsnumber');
    if (value < min) return problem(reading, path, 'error.min');
    return value > max ? problem(reading, path, 'error.max') : value;
  };
}

const INT_MAX = 2 ** 31 - 1;

export function integer(limits: NumberLimits = {}): Reader<number> {
  const read = number({ max: INT_MAX, ...limits });
  return (value, path, reading) => {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      return problem(reading, path, 'error.expected.jsnumber');
    }
    return read(value, path, reading);
  };
}

export const truth: Reader<boolean> = (value, path, reading) =>
  typeof value === 'boolean' ? value : problem(reading, path, 'error.expected.jsboolean');

/** One of some words, in any case; the word in its own case comes out. */
export function word<W extends string>(...words: readonly W[]): Reader<W> {
  return (value, path, reading) => {
    if (typeof value !== 'string') return problem(reading, path, 'error.expected.jsstring');
    const found = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    return found ?? problem(reading, path, 'error.unknown.enum.literal');
  };
}

export function listOf<T>(read: Reader<T>, { min = 0, max = INT_MAX }: NumberLimits = {}): Reader<T[]> {
  return (value, path, reading) => {
    if (!Array.isArray(value)) return problem(reading, path, 'error.expected.jsarray');
    if (value.length < min) return problem(reading, path, 'error.minLength');
    if (value.length > max) return problem(reading, path, 'error.maxLength');
    const items = value.map((item: unknown, index) => read(item, `${path}(${index})`, reading));
    return items.filter((item) => item !== undefined) as T[];
  };
}

export function mapOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value, path, reading) => {
    if (!isObject(value)) return problem(reading, path, 'error.expected.jsobject');
    const entries = Object.entries(value).flatMap(([key, item]): [string, T][] => {
      const got = read(item, `${path}/${key}`, reading);
      return got === undefined ? [] : [[key, got]];
    });
    return Object.fromEntries(entries);
  };
}

/** An object by a table of its members. `ignored` members are known but have no effect. */
export function object<T extends object>(fields: Fields<T>, ignored: readonly string[] = []): Reader<T> {
  const table = Object.entries(fields) as [string, Field<unknown>][];
  const known = [...table.map(([name]) => name), ...ignored];
  return (value, path, reading) => {
    if (!isObject(value)) return problem(reading, path, 'error.expected.jsobject');
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) reading.unknown.push({ path: `${path}/${key}`, known });
    }
    const entries = table.flatMap(([name, field]): [string, unknown][] => {
      const got = readField(field, value[name], `${path}/${name}`, reading);
      return got === undefined ? [] : [[name, got]];
    });
    return Object.fromEntries(entries) as T;
  };
}

function readField(field: Field<unknown>, value: unknown, path: string, reading: Reading): unknown {
  if (value !== undefined && value !== null) return field.read(value, path, reading);
  if (field.required) return problem(reading, path, 'error.path.missing');
  return field.fallback;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** What to say about a member nobody knows, with the nearest known name if there is one. */
export function hintFor({ path, known }: Reading['unknown'][number]): string {
  const cut = path.lastIndexOf('/');
  const name = path.slice(cut + 1);
  const ranked = known
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const near = best && best.distance <= Math.max(2, Math.floor(name.length / 3));
  return near
    ? `unknown field ${path}; did you mean ${path.slice(0, cut)}/${best.other}?`
    : `unknown field ${path}`;
}

/** Levenshtein's distance; names are short. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_unused, index) => index);
  for (let i = 1; i <= Math.min(left.length, 64); i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
