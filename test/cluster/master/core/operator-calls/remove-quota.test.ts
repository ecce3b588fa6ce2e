import { asks, OFFERED } from '../../operator-asks';

const REMOVE = { type: 'REMOVE_QUOTA', remove_quota: { role: 'web' } } as const;

it('REMOVE_QUOTA takes away a quota that there is', () => {
  expect(asks([...OFFERED, 'quota web guarantee=cpus:1'], REMOVE)).toEqual([
    'store the registry',
    'answer 200',
  ]);
  expect(asks(OFFERED, REMOVE)).toEqual(["answer 400 Failed to remove quota: Role 'web' has no quota set"]);
});
