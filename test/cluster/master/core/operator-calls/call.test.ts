import { refuse, store } from '../../../../../cluster/master/core/operator-calls/call';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { effectsOf } from '../../../../effects-of';
import { playing } from '../../operator-asks';

it('a call that stores is remembered with its change, to be answered when that is stored', () => {
  const { state } = playing(['start', 'hold']);
  const call = { type: 'REMOVE_QUOTA', remove_quota: { role: 'web' } } as const;
  const event = { kind: 'operator.call', request: 7, call, at: 0 } as const;
  effectsOf(state, (turn: Turn) => store(turn, event, { kind: 'quota', configs: [{ role: 'web' }] }));
  const next = { kind: 'operator.call', request: 7, call, machines: [] };
  expect(state.registry.inFlight?.operations).toMatchObject([{ next }]);
});

it('a refusal is an answer with a text', () => {
  const { state } = playing(['start']);
  expect(effectsOf(state, (turn: Turn) => refuse(turn, { request: 7 }, 400, 'no'))).toEqual([
    { kind: 'answer', request: 7, status: 400, text: 'no' },
  ]);
});
