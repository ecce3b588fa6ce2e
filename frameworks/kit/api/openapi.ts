/** OpenAPI documents, from the operations of an API and the schemas of what it reads and answers. */

import { type Schema, schemaNamed } from './schema';

export interface DescribedOperation {
  /** Unique in the document. */
  readonly id: string;
  readonly method: string;
  /** With its variables in braces. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, object>> | undefined;
  /** The name of the schema of the body. */
  readonly body?: string | undefined;
  readonly answer: AnswerForm;
}

/** No body, JSON of a schema, or a text; with the status, unless it is the usual one. */
export type AnswerForm = { readonly status?: number } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly schema: string }
  | { readonly kind: 'text'; readonly type: string }
);

export interface DocumentSource {
  readonly title: string;
  readonly version: string;
  readonly operations: readonly DescribedOperation[];
  /** The schemas by their names; a refusal has the schema `Error`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

export function openApiDocument({ title, version, operations, schemas }: DocumentSource): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    paths,
    components: { schemas: withReferences(schemas) },
  };
}

function describe({ id, summary, path, query = {}, body, answer }: DescribedOperation): object {
  return {
    operationId: id,
    summary,
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body !== undefined && { requestBody: jsonContent(body) }),
    responses: { ...answerOf(answer), default: { description: 'A refusal', ...jsonContent('Error') } },
  };
}

function pathParameters(path: string): readonly object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: Readonly<Record<string, object>>): readonly object[] {
  return Object.entries(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function answerOf(answer: AnswerForm): object {
  if (answer.kind === 'none') return { [answer.status ?? 204]: { description: 'Done' } };
  const content =
    answer.kind === 'json'
      ? jsonContent(answer.schema)
      : { content: { [answer.type]: { schema: { type: 'string' } } } };
  return { [answer.status ?? 200]: { description: 'The answer', ...content } };
}

function jsonContent(name: string): { readonly content: object } {
  return { content: { 'application/json': { schema: schemaNamed(name) } } };
}

/** A schema that is in another one, too, is referred to there by its name. */
function withReferences(schemas: Readonly<Record<string, Schema>>): Readonly<Record<string, unknown>> {
  const names = new Map(Object.entries(schemas).map(([name, schema]) => [schema as unknown, name]));
  const replaced = (value: unknown): unknown => {
    const name = names.get(value);
    return name === undefined ? inside(value) : schemaNamed(name);
  };
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member)]));
  };
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, inside(schema)]));
}
