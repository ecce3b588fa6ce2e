import fc from 'fast-check';
import { printDouble } from '../../../../../frameworks/kit/core/values/java-double';

test.each([
  [0, '0.0'],
  [128, '128.0'],
  [0.1, '0.1'],
  [-2, '-2.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [0.00012, '1.2E-4'],
  [9_999_999, '9999999.0'],
  [1e7, '1.0E7'],
  [123_456_789, '1.23456789E8'],
  [1e21, '1.0E21'],
])('%d is printed as %s', (value, printed) => {
  expect(printDouble(value)).toBe(printed);
});

test('a printed double is read as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(printDouble(value))).toBe(value + 0);
    }),
  );
});
