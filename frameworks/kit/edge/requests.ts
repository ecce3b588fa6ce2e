/** Requests of a REST API that wait for the answer of the core. */

import type { Requests } from '../../../cluster/runtime/requests';

/** Requests that may wait at once; further ones fail. */
export const REQUESTS_MAX = 10_000;

/** The events of a core that are requests, without their numbers. */
export type RequestOf<Event> = Event extends { readonly request: number } ? Omit<Event, 'request'> : never;

/** Posts a request; resolves with its answer, after its changes are durable. */
export function askCore<Answer, Event>(
  requests: Requests<Answer>,
  post: (event: Event) => void,
  request: RequestOf<Event>,
): Promise<Answer> {
  return new Promise((resolve) => {
    const number = requests.add(resolve);
    post({ ...request, request: number } as Event);
  });
}
