import { asks, OFFERED } from '../../operator-asks';

const cpus = (value: number) => [{ name: 'cpus', type: 'SCALAR', scalar: { value } }] as const;
const quota = (count: number) =>
  ({ type: 'SET_QUOTA', set_quota: { quota_request: { role: 'web', guarantee: cpus(count) } } }) as const;

it('SET_QUOTA is stored, and answered 409 when the cluster has not as much', () => {
  expect(asks(OFFERED, quota(2)).slice(0, 2)).toEqual(['store the registry', 'answer 200']);
  expect(asks(OFFERED, quota(9))[0]).toContain('answer 409 Quota guarantees overcommit the cluster');
});
