import {
  type Answer,
  type AnswerEffect,
  answer,
  refuse,
} from '../../../../../frameworks/kit/core/turn/answer';
import { newOutbox, type Outbox, release } from '../../../../../frameworks/kit/core/turn/outbox';

type Effect = AnswerEffect<Answer<{ text: string }, string>>;

interface Turn {
  readonly state: { readonly outbox: Outbox<Effect> };
  readonly effects: Effect[];
}

test('a request is answered or refused once its changes are stored', () => {
  const turn: Turn = { state: { outbox: newOutbox() }, effects: [] };
  turn.state.outbox.inFlight = 1;
  answer(turn, 1, { ok: true, text: 'done' });
  refuse(turn, 2, 'no such job');
  expect(turn.effects).toEqual([]);
  release(turn, 1);
  expect(turn.effects).toEqual([
    { kind: 'answer', request: 1, answer: { ok: true, text: 'done' } },
    { kind: 'answer', request: 2, answer: { ok: false, refusal: 'no such job' } },
  ]);
});
