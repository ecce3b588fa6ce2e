import { offsetOf, readZone } from '../../../../../frameworks/chronos/core/schedule/zone';
import { at, RULES } from '../../schedules';

const WINTER = at('2026-01-15T00:00:00Z');

test.each([
  ['UTC', 0],
  ['GMT', 0],
  ['GMT+5', 5],
  ['GMT+05:30', 5.5],
  ['GMT-0830', -8.5],
  ['Europe/Berlin', 1],
  ['America/Los_Angeles', -8],
  ['PST', -8],
  ['EST', -5],
  ['MST', -7],
  ['HST', -10],
  ['IST', 5.5],
  ['BST', 6],
  ['ACT', 9.5],
])('the zone %s is %d hours from UTC in winter', (name, hours) => {
  expect(readZone(RULES, name)).not.toHaveProperty('fault');
  const zone = readZone(RULES, name) as { name: string };
  expect(offsetOf(RULES, zone, WINTER) / 3_600_000).toBe(hours);
});

test('EST is New York, which has summer time', () => {
  expect(readZone(RULES, 'EST')).toEqual({ name: 'America/New_York' });
});

test.each(['Mars/Olympus', 'null', '+05:30', 'GMT+24', 'GMT+5:99', ' '])(
  'the zone %j is refused with its name',
  (name) => {
    expect(readZone(RULES, name)).toEqual({ fault: `is no known time zone: '${name}'` });
  },
);
