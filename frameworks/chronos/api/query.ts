/** The reading of queries by the schemas of their parameters. */

import type { ParameterSchema } from './operations';

type ValueOf<Type> = Type extends 'integer' ? number : Type extends 'boolean' ? boolean : string;

/** The values of a query, typed by its schemas. */
export type QueryValues<S extends Readonly<Record<string, ParameterSchema>>> = {
  readonly [K in keyof S]: ValueOf<S[K]['type']>;
};

export interface QueryFault {
  /** A sentence about the first parameter that breaks its schema. */
  readonly fault: string;
}

const SHOWN_MAX = 60;

/** Of a parameter with several values the first counts. Parameters without a schema are ignored. */
export function readQuery<S extends Readonly<Record<string, ParameterSchema>>>(
  schemas: S,
  query: Readonly<Record<string, unknown>>,
): QueryValues<S> | QueryFault {
  const values: Record<string, string | number | boolean> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const text = firstText(query[name]);
    const value = text === undefined ? schema.default : readValue(schema, text);
    if (value === undefined) return { fault: faultOf(name, schema, text ?? '') };
    values[name] = value;
  }
  return values as QueryValues<S>;
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

function readValue(schema: ParameterSchema, text: string): string | number | boolean | undefined {
  if (schema.type === 'string') return text;
  if (schema.type === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : undefined;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  const isWithin = number !== undefined && number >= schema.minimum && number <= schema.maximum;
  return isWithin ? number : undefined;
}

function faultOf(name: string, schema: ParameterSchema, text: string): string {
  const shown = JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text);
  const clause =
    schema.type === 'integer'
      ? `a whole number from ${schema.minimum} to ${schema.maximum}`
      : 'true or false';
  return `${name} must be ${clause}, not ${shown}`;
}
