/** The OpenAPI document, from the table of operations and the schemas of what is read. */

import { type DescribedOperation, openApiDocument } from '../../kit/api/openapi';
import type { Schema } from '../../kit/api/schema';
import { ANSWER_SCHEMAS } from './answer-schemas';
import { BASE_OPERATIONS, type Operation, ROOT_OPERATIONS, type SchemaName } from './operations';

/** The schemas of bodies; the code that reads them has these. */
export type BodySchemas = Readonly<Record<Exclude<SchemaName, keyof typeof ANSWER_SCHEMAS>, Schema>>;

export interface ApiSource {
  readonly version: string;
  /** Such as `/v1/scheduler`. */
  readonly bases: readonly string[];
  readonly bodies: BodySchemas;
}

export function chronosDocument({ version, bases, bodies }: ApiSource): object {
  const operations = [
    ...bases.flatMap((base) => operationsBelow(base, BASE_OPERATIONS)),
    ...operationsBelow('', ROOT_OPERATIONS),
  ];
  return openApiDocument({
    title: 'Chronos',
    version,
    operations,
    schemas: { ...bodies, ...ANSWER_SCHEMAS },
  });
}

function operationsBelow(base: string, table: Readonly<Record<string, Operation>>): DescribedOperation[] {
  return Object.entries(table).map(([id, operation]) => ({
    ...operation,
    // Ids are unique in a document, and each base has all operations.
    id: base === '/scheduler' ? `${id}Legacy` : id,
    path: base + operation.path,
  }));
}
