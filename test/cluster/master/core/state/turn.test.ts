import { collect, emit, type Turn } from '../../../../../cluster/master/core/state/turn';
import { playing } from '../../operator-asks';

it('effects that are collected leave only when they are pushed', () => {
  const { state } = playing(['start']);
  const turn: Turn = { state, now: 5, effects: [] };
  const later = collect(turn, (part) => {
    expect([part.state, part.now]).toEqual([state, 5]);
    emit(part, { kind: 'link', to: 'b' });
  });
  emit(turn, { kind: 'link', to: 'a' });
  turn.effects.push(...later);
  expect(turn.effects).toEqual([
    { kind: 'link', to: 'a' },
    { kind: 'link', to: 'b' },
  ]);
});
