import { isFault } from '../../../../../frameworks/chronos/core/schedule/fault';
import {
  daysOf,
  hasNegativePart,
  meanLength,
  monthsOf,
  type Period,
  printPeriod,
  readPeriod,
  timeOf,
} from '../../../../../frameworks/chronos/core/schedule/period';

function period(text: string): Period {
  const reading = readPeriod(text);
  if (isFault(reading)) throw new Error(text);
  return reading;
}

test.each([
  ['P', 'PT0S'],
  ['PT0S', 'PT0S'],
  ['P1D', 'P1D'],
  ['P1d', 'P1D'],
  ['Pt1h', 'PT1H'],
  ['P1Y2M3W4DT5H6M7S', 'P1Y2M3W4DT5H6M7S'],
  ['PT90M', 'PT90M'],
  ['PT24H', 'PT24H'],
  ['PT0.5S', 'PT0.500S'],
  ['PT1,25S', 'PT1.250S'],
  ['PT-1.5S', 'PT-1.500S'],
  ['P-1D', 'P-1D'],
  ['P0D', 'PT0S'],
])('the period %s is printed as %s', (text, printed) => {
  expect(printPeriod(period(text))).toBe(printed);
  expect(printPeriod(period(printed))).toBe(printed);
});

test.each(['', 'p1D', '1D', 'P1H', 'PT1D', 'P1DT1H1D', 'P1M1Y', 'P 1D', 'P1', 'P1.5D', 'P12345678901D'])(
  'the text %j is no period',
  (text) => {
    expect(readPeriod(text)).toHaveProperty('fault');
  },
);

test('a period has months, days and a time', () => {
  const mixed = period('P1Y2M1W1DT1H1M1S');
  expect([monthsOf(mixed), daysOf(mixed), timeOf(mixed)]).toEqual([14, 8, 3_661_000]);
});

test('the mean length of a year is that of the Gregorian calendar', () => {
  expect(meanLength(period('P1Y')) / 86_400_000).toBeCloseTo(365.2425, 9);
});

test.each([
  ['PT1H', false],
  ['P-0D', false],
  ['P1DT-1H', true],
])('%s has a negative part: %s', (text, isNegative) => {
  expect(hasNegativePart(period(text))).toBe(isNegative);
});
