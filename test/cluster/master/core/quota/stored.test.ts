import { quotasStored } from '../../../../../cluster/master/core/quota/stored';
import { OFFERED, playing } from '../../operator-asks';

it('the allocator goes by stored quotas, and by none where the quota says nothing', () => {
  const { state } = playing(OFFERED);
  const configs = [{ role: 'web', limits: { cpus: { value: 1 } } }];
  quotasStored(state, { configs, isLegacy: false }, 0);
  expect(state.allocator.quotas.has('web')).toBe(true);
  quotasStored(state, { configs: [{ role: 'web' }], isLegacy: true }, 0);
  expect(state.allocator.quotas.has('web')).toBe(false);
});
