import { hintFor } from '../../../../frameworks/kit/api/unknown-member';

const memberNames = ['cmd', 'instances'];

test('a hint names the nearest member at the same place', () => {
  expect(hintFor({ path: '/0/instance', memberNames })).toBe(
    'unknown field /0/instance; did you mean /0/instances?',
  );
});

test('a hint guesses nothing where no member is near', () => {
  expect(hintFor({ path: '/zzzzzz', memberNames })).toBe('unknown field /zzzzzz');
});
