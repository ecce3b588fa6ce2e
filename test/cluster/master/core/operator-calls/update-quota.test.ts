import { asks, OFFERED } from '../../operator-asks';

const quota = (cpus: number, force = false) =>
  ({
    type: 'UPDATE_QUOTA',
    update_quota: { force, quota_configs: [{ role: 'web', guarantees: { cpus: { value: cpus } } }] },
  }) as const;

it('UPDATE_QUOTA is stored, unless it guarantees more than there is', () => {
  expect(asks(OFFERED, quota(2)).slice(0, 2)).toEqual(['store the registry', 'answer 200']);
  expect(asks(OFFERED, quota(9))[0]).toContain('answer 400 Invalid QuotaConfig: total quota guarantees');
});

it('UPDATE_QUOTA may be forced beyond what there is', () => {
  expect(asks(OFFERED, quota(9, true)).slice(0, 2)).toEqual(['store the registry', 'answer 200']);
});
