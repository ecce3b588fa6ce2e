/**
 * Requests of the REST API that wait for the answer of the core, by their number.
 */

import type { Answer } from '../core/state/effects';
import type { NewMarathonEvent } from '../core/state/events';

/** Requests that may wait at once; further ones fail. */
const WAITING_MAX = 10_000;

type WithoutNumber<E> = E extends { request: number } ? Omit<E, 'request'> : never;
export type ApiRequest = WithoutNumber<NewMarathonEvent>;

export class Requests {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private next = 1;

  constructor(private readonly post: (event: NewMarathonEvent) => void) {}

  /** Posts a request; resolves with its answer, after its changes are durable. */
  ask(apiRequest: ApiRequest): Promise<Answer> {
    if (this.waiting.size >= WAITING_MAX) throw new Error('too many requests are waiting');
    const request = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(request, resolve);
      this.post({ ...apiRequest, request } as NewMarathonEvent);
    });
  }

  answer(request: number, answer: Answer): void {
    this.waiting.get(request)?.(answer);
    this.waiting.delete(request);
  }
}
