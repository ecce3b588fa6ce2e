/** Answers to requests: a success with what it tells, or a refusal, which is a value and no exception. */

import { type AnnouncingTurn, announce } from './outbox';

export type Answer<Success, Refusal> =
  | ({ readonly ok: true } & Success)
  | { readonly ok: false; readonly refusal: Refusal };

/** The answer to a request of the HTTP API. */
export interface AnswerEffect<Outcome> {
  readonly kind: 'answer';
  readonly request: number;
  readonly answer: Outcome;
}

/** Answers a request once the changes that it brought about are stored. */
export function answer<Outcome>(
  turn: AnnouncingTurn<AnswerEffect<Outcome>>,
  request: number,
  outcome: Outcome,
): void {
  announce(turn, { kind: 'answer', request, answer: outcome });
}

export function refuse<Refusal>(
  turn: AnnouncingTurn<AnswerEffect<{ readonly ok: false; readonly refusal: Refusal }>>,
  request: number,
  refusal: Refusal,
): void {
  answer(turn, request, { ok: false, refusal });
}
