import { asks, OFFERED } from '../../operator-asks';

const weights = (role: string, weight: number) =>
  ({ type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role, weight }] } }) as const;

it('UPDATE_WEIGHTS offers everything anew when a framework is in one of the roles', () => {
  expect(asks(OFFERED, weights('*', 2))).toContain('event web: RESCIND M-O0');
  expect(asks(OFFERED, weights('other', 2))).toEqual(['store the registry', 'answer 200']);
});

it('UPDATE_WEIGHTS is refused for weights that are not positive, and for bad names', () => {
  const failed = 'answer 400 Failed to validate update weights request JSON';
  expect(asks(OFFERED, weights('web', 0))).toEqual([
    `${failed} for role 'web': Invalid weight '0': Weights must be positive`,
  ]);
  expect(asks(OFFERED, weights('..', 1))[0]).toContain(`${failed}: Invalid role '..'`);
});
