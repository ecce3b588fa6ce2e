import fc from 'fast-check';
import { durationError, printDuration, readDuration, toSeconds } from '../../../cluster/model/time';

describe('durations', () => {
  it.each([
    ['15secs', 15_000],
    ['2weeks', 1_209_600_000],
    ['1days', 86_400_000],
    ['1.5hrs', 5_400_000],
    ['10mins', 600_000],
    ['500ms', 500],
    ['250us', 0.25],
    ['1000ns', 0.001],
    [' 0ms ', 0],
    ['-1secs', -1000],
  ])('reads %s', (text, ms) => {
    expect(readDuration(text)).toBeCloseTo(ms, 9);
  });

  it.each(['', '15', 'secs', '15 secs', '15s', '1e3ms', '.5secs', '1.secs', '15secs2ms'])(
    'refuses "%s"',
    (text) => {
      expect(readDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [0, '0secs'],
    [500, '500ms'],
    [15_000, '15secs'],
    [90_000, '90secs'],
    [600_000, '10mins'],
    [604_800_000, '1weeks'],
  ])('prints %d in the largest unit that divides it', (ms, text) => {
    expect(printDuration(ms)).toBe(text);
  });

  it('read back what was printed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
        expect(readDuration(printDuration(ms))).toBe(ms);
      }),
    );
  });

  it('become seconds with a fraction', () => {
    expect(toSeconds(1_500)).toBe(1.5);
  });
});

it.each([
  ['abc', "Failed to convert '' to number"],
  ['-5secs', "Failed to convert '' to number"],
  ['.secs', "Failed to convert '.' to number"],
  ['5', "Invalid duration '5'"],
  ['', "Invalid duration ''"],
  [
    '5foo',
    "Unknown duration unit 'foo'; supported units are 'ns', 'us', 'ms', 'secs', 'mins', 'hrs', 'days', and 'weeks'",
  ],
  ['1.5secs', undefined],
])('why %j is no duration is said in the words of the original', (text, why) => {
  expect(durationError(text)).toBe(why);
});
