/**
 * Authorization at the REST door: the actions of a sender on a resource, as an authorizer decides them.
 *
 * Always true: without an authorizer everything is allowed; a request that is refused changes nothing.
 */

import type { Principal } from '../../../../cluster/model/principal';
import { principalOf } from '../../../../cluster/runtime/http/access';
import type { Request } from '../../../../cluster/runtime/http/server';
import type { Outcome } from '../rest/outcome';

export const ACTIONS = ['view', 'create', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** Parts of the framework itself: who leads, the event stream, metrics, configuration and log levels, plugins. */
export const SYSTEM_KINDS = ['leader', 'events', 'metrics', 'config', 'plugins'] as const;
export type SystemKind = (typeof SYSTEM_KINDS)[number];

/** The subject of an action. */
export interface Resource {
  readonly kind: 'app' | 'pod' | 'group' | 'job' | SystemKind;
  /** The id of an app, pod or group, which is a path, or the name of a job. */
  readonly path?: string;
  /** The labels of an app or a pod. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Decides at once: lists ask for each of their members. */
export interface Authorizer {
  isAuthorized(principal: Principal, action: Action, resource: Resource): boolean;
  /** The answer to a sender who may not do what was asked for; 403 without one. */
  notAuthorized?(principal: Principal): Outcome | undefined;
}

/** The rights of the sender of one request. */
export interface Rights {
  /** False where everything is allowed, so that lists need not ask for each member. */
  readonly isLimited: boolean;
  may(action: Action, resource: Resource): boolean;
  /**
   * Ends the request with `refusal` unless the sender may do this. For one who may not even view the resource it ends with
   * `missing`, the answer for what is not there.
   */
  demand(action: Action, resource: Resource, missing?: Outcome): void;
  /** The answer to what the sender may not do. */
  refusal(): Outcome;
}

/** Ends a request with this answer, from wherever its handler is. */
export class RequestRefusal extends Error {
  constructor(readonly outcome: Outcome) {
    super(`refused with ${outcome.status}`);
  }
}

/** The words of a refusal. */
const NOT_AUTHORIZED = 'Not Authorized to perform this action!';

export const UNLIMITED: Rights = {
  isLimited: false,
  may: () => true,
  demand: () => undefined,
  refusal: () => ({ status: 403, body: { message: NOT_AUTHORIZED } }),
};

/** The JSON of an error, as the door makes it. */
export type ErrorBody = (status: number, message: string) => object;

/** The rights of a principal. */
export function rightsOf(
  authorizer: Authorizer,
  principal: Principal,
  errorBody: ErrorBody = (_status, message) => ({ message }),
): Rights {
  const may: Rights['may'] = (action, resource) => authorizer.isAuthorized(principal, action, resource);
  const refusal = (): Outcome =>
    authorizer.notAuthorized?.(principal) ?? { status: 403, body: errorBody(403, NOT_AUTHORIZED) };
  return {
    isLimited: true,
    may,
    demand: (action, resource, missing) => {
      if (may(action, resource)) return;
      throw new RequestRefusal(missing && !may('view', resource) ? missing : refusal());
    },
    refusal,
  };
}

/** The rights of the senders of requests. A sender that nobody asked for credentials has no name. */
export function rightsReader(
  authorizer: Authorizer | undefined,
  errorBody?: ErrorBody,
): (request: Request) => Rights {
  if (!authorizer) return () => UNLIMITED;
  return (request) => rightsOf(authorizer, principalOf(request) ?? {}, errorBody);
}
