/** The pod that a path below `/v2/pods` names. */

import type { Request } from '../../../../cluster/runtime/http/server';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { restOf } from '../../../kit/edge/rest/request';
import { notFound } from './context';

/** The pod that a path names, and what follows the colons behind its id. */
export interface PodPlace {
  readonly id: string;
  /** Such as `status`; undefined for the pod itself. */
  readonly part?: string | undefined;
  /** Behind the part: a version, or an instance. */
  readonly item?: string | undefined;
}

const PLACE = /^(.*?)(?:::([^/]*)(?:\/(.+))?)?$/;

export function placeOf(request: Request): PodPlace {
  const [, path = '', part, item] = PLACE.exec(restOf(request).join('/')) ?? [];
  return { id: `/${path.replace(/\/+$/, '')}`, part, item };
}

export function noPod(id: string): Outcome {
  return notFound(`Pod '${id}' does not exist`);
}
