/** The OpenAPI document, from the table of operations and the schemas of what is read. */

import { ANSWER_SCHEMAS } from './answer-schemas';
import {
  BASE_OPERATIONS,
  type Operation,
  type OperationAnswer,
  ROOT_OPERATIONS,
  type SchemaName,
} from './operations';

type Schema = Readonly<Record<string, unknown>>;

/** The schemas of bodies; the code that reads them has these. */
export type BodySchemas = Readonly<Record<Exclude<SchemaName, keyof typeof ANSWER_SCHEMAS>, Schema>>;

export interface OpenApiSource {
  readonly version: string;
  /** Such as `/v1/scheduler`. */
  readonly bases: readonly string[];
  readonly bodies: BodySchemas;
}

export function openApiDocument({ version, bases, bodies }: OpenApiSource): object {
  const paths: Record<string, Record<string, object>> = {};
  const add = (base: string, operations: Readonly<Record<string, Operation>>): void => {
    for (const [id, operation] of Object.entries(operations)) {
      const path = base + operation.path;
      paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id, base, operation) };
    }
  };
  for (const base of bases) add(base, BASE_OPERATIONS);
  add('', ROOT_OPERATIONS);
  return {
    openapi: '3.1.0',
    info: { title: 'Chronos', version },
    paths,
    components: { schemas: { ...bodies, ...ANSWER_SCHEMAS } },
  };
}

function describe(id: string, base: string, operation: Operation): object {
  const { summary, path, query = {}, body, answer } = operation;
  return {
    // Ids are unique in a document, and each base has all operations.
    operationId: base === '/scheduler' ? `${id}Legacy` : id,
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

function queryParameters(query: NonNullable<Operation['query']>): readonly object[] {
  return Object.entries(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function answerOf(answer: OperationAnswer): object {
  switch (answer.kind) {
    case 'none':
      return { '204': { description: 'Done' } };
    case 'json':
      return { '200': { description: 'The answer', ...jsonContent(answer.schema) } };
    case 'text':
      return {
        '200': { description: 'The answer', content: { [answer.type]: { schema: { type: 'string' } } } },
      };
  }
}

function jsonContent(name: SchemaName): object {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
}
