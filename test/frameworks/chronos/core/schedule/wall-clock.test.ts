import {
  instantOf,
  resolveWallTime,
  wallTimeAt,
} from '../../../../../frameworks/chronos/core/schedule/wall-clock';
import { at, iso, RULES } from '../../schedules';

const BERLIN = { name: 'Europe/Berlin' };
const APIA = { name: 'Pacific/Apia' };

test.each([
  ['winter', '2026-01-15T02:30:00Z', '2026-01-15T01:30:00Z', false],
  ['summer', '2026-07-15T02:30:00Z', '2026-07-15T00:30:00Z', false],
  ['the minute before the gap', '2026-03-29T01:59:00Z', '2026-03-29T00:59:00Z', false],
  ['the gap, pushed to 03:30', '2026-03-29T02:30:00Z', '2026-03-29T01:30:00Z', true],
  ['the minute after the gap', '2026-03-29T03:00:00Z', '2026-03-29T01:00:00Z', false],
  ['the overlap, in its first pass', '2026-10-25T02:30:00Z', '2026-10-25T00:30:00Z', false],
  ['the minute after the overlap', '2026-10-25T03:00:00Z', '2026-10-25T02:00:00Z', false],
])('a wall time in %s', (_name, time, instant, isPushed) => {
  const resolved = resolveWallTime(RULES, BERLIN, at(time));
  expect({ ...resolved, at: iso(resolved.at) }).toEqual({ at: instant, isPushed });
});

test('a day that a zone skips is pushed by a day', () => {
  const skipped = resolveWallTime(RULES, APIA, at('2011-12-30T12:00:00Z'));
  expect(skipped.isPushed).toBe(true);
  expect(wallTimeAt(RULES, APIA, skipped.at)).toBe(at('2011-12-31T12:00:00Z'));
});

test('a fixed offset has no summer time', () => {
  const zone = { offset: 3_600_000 };
  expect(iso(instantOf(RULES, zone, at('2026-07-15T02:30:00Z')))).toBe('2026-07-15T01:30:00Z');
  expect(wallTimeAt(RULES, zone, 0)).toBe(3_600_000);
});
