/** The OpenAPI document, from the table of operations and the schemas of the readers that take what is sent. */

import { openApiDocument } from '../../kit/api/openapi';
import { ANSWER_SCHEMAS } from './answer-schemas';
import { readAppUpdate } from './app-update';
import { readGroupPatch, readGroupUpdate } from './group-update';
import { OPERATIONS, type SchemaName } from './operations';
import { readPlanRequest } from './plan-request';
import { readPodUpdate } from './pod-update';
import { listOf, type Reader, schemaOf } from './read';
import { readInstanceIds, readLoggerChange, readTaskIds } from './small-bodies';

/** The readers of bodies. */
const BODIES: Readonly<Record<Exclude<SchemaName, keyof typeof ANSWER_SCHEMAS>, Reader<unknown>>> = {
  AppUpdate: readAppUpdate,
  AppUpdates: listOf(readAppUpdate),
  GroupUpdate: readGroupUpdate,
  GroupPatch: readGroupPatch,
  PlanRequest: readPlanRequest,
  TaskIds: readTaskIds,
  LoggerChange: readLoggerChange,
  PodUpdate: readPodUpdate,
  InstanceIds: readInstanceIds,
};

export function marathonDocument(version: string): object {
  const bodies = Object.entries(BODIES).map(([name, read]) => [name, schemaOf(read)]);
  return openApiDocument({
    title: 'Marathon',
    version,
    operations: OPERATIONS,
    schemas: { ...Object.fromEntries(bodies), ...ANSWER_SCHEMAS },
  });
}
