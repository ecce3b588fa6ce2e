import { preferredType } from '../../../../../frameworks/kit/edge/rest/accept';

test.each([
  [undefined, 'text/plain'],
  ['', 'text/plain'],
  ['*/*', 'text/plain'],
  ['text/*', 'text/plain'],
  ['application/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/json, text/plain, */*', 'application/json'],
  ['text/plain;q=0.5, application/json', 'application/json'],
  ['text/plain;q=0, */*', 'application/json'],
  ['image/png, */*;q=0.1', 'text/plain'],
  ['image/png', undefined],
  ['*/*;q=0', undefined],
  ['text/plain;q=none', undefined],
] as const)('of two types a reader who sends %p gets %p', (header, type) => {
  expect(preferredType(header, ['text/plain', 'application/json'])).toBe(type);
});
