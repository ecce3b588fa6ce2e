import {
  isRefusal,
  printRefusal,
  refusalOf,
  unknownJob,
} from '../../../../../frameworks/chronos/core/jobs/refusal';

test('an unknown job is not found, with the status 400 of the original', () => {
  expect(printRefusal(unknownJob('a'))).toBe('{"message":"Job \'a\' not found","status":"Bad Request"}');
});

test('a refusal names all paths', () => {
  const violations = [
    { path: '', clause: 'must be an object' },
    { path: '/a', clause: 'is missing' },
  ];
  expect(refusalOf(violations)).toEqual({ status: 400, message: '/ must be an object; /a is missing' });
});

test('a status without a text is printed as a number', () => {
  expect(printRefusal({ status: 418, message: 'm' })).toBe('{"message":"m","status":"418"}');
});

test('a refusal is told from a value', () => {
  expect([isRefusal(unknownJob('a')), isRefusal({ job: 1 })]).toEqual([true, false]);
});
