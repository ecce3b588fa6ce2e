/** The body of `POST /v2/deployments/plan`: one change, as the call that would make it takes it. */

import { type AppUpdate, readAppUpdate } from './app-update';
import { pathId } from './common-readers';
import { type GroupUpdate, readGroupUpdate } from './group-update';
import { type PodUpdate, readPodUpdate } from './pod-update';
import { boolean, eitherOf, listOf, object, optional, type Reader, reader } from './read';

export interface PlanRequest {
  /** As `PUT /v2/apps` takes them. */
  readonly apps?: readonly AppUpdate[] | undefined;
  /** As `PUT /v2/pods/{id}` takes them. */
  readonly pods?: readonly PodUpdate[] | undefined;
  /** As `PUT /v2/groups` takes it, with `scaleBy` and `version`, too. */
  readonly group?: GroupUpdate | undefined;
  /** The group that `group` is about; the root without it. */
  readonly path?: string | undefined;
  readonly restart?: string | undefined;
  /** An app, a pod, or a group. */
  readonly delete?: string | undefined;
  readonly force?: boolean | undefined;
  readonly partialUpdate?: boolean | undefined;
}

/** A list, or one alone that stands for a list. */
function oneOrMore<T>(read: Reader<T>): Reader<T[]> {
  const list = listOf(read);
  return reader<T[]>(eitherOf(list, read), (value, path, reading) =>
    list(Array.isArray(value) ? value : [value], path, reading),
  );
}

export const readPlanRequest: Reader<PlanRequest> = object<PlanRequest>({
  apps: optional(oneOrMore(readAppUpdate)),
  pods: optional(oneOrMore(readPodUpdate)),
  group: optional(readGroupUpdate),
  path: optional(pathId),
  restart: optional(pathId),
  delete: optional(pathId),
  force: optional(boolean),
  partialUpdate: optional(boolean),
});
