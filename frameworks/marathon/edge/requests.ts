/**
 * Requests of the REST API that wait for the answer of the core.
 */

import type { Requests } from '../../../cluster/runtime/requests';
import type { Answer } from '../core/state/effects';
import type { NewMarathonEvent } from '../core/state/events';

/** Requests that may wait at once; further ones fail. */
export const REQUESTS_MAX = 10_000;

type WithoutNumber<E> = E extends { request: number } ? Omit<E, 'request'> : never;
export type ApiRequest = WithoutNumber<NewMarathonEvent>;

/** Posts a request; resolves with its answer, after its changes are durable. */
export function askCore(
  requests: Requests<Answer>,
  post: (event: NewMarathonEvent) => void,
  apiRequest: ApiRequest,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request = requests.add(resolve);
    post({ ...apiRequest, request } as NewMarathonEvent);
  });
}
