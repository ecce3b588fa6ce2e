import { quotasStored } from '../../../../../cluster/master/core/quota/stored';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { effectsOf } from '../../../../effects-of';
import { OFFERED, playing } from '../../operator-asks';

it('the allocator goes by stored quotas, and by none where the quota says nothing', () => {
  const { state } = playing(OFFERED);
  const configs = [{ role: 'web', limits: { cpus: { value: 1 } } }];
  effectsOf(state, (turn: Turn) => quotasStored(turn, { configs, isLegacy: false }));
  expect(state.allocator.quotas.has('web')).toBe(true);
  effectsOf(state, (turn: Turn) => quotasStored(turn, { configs: [{ role: 'web' }], isLegacy: true }));
  expect(state.allocator.quotas.has('web')).toBe(false);
});
