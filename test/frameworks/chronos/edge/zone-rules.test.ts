import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { localZoneName, tzRules } from '../../../../frameworks/chronos/edge/zone-rules';

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Etc/GMT+5', true],
  ['Mars/Olympus', false],
  ['+05:30', false],
  ['', false],
])('%j is a zone: %s', (name, isZone) => {
  expect(tzRules().isZone(name)).toBe(isZone);
});

test('the offset of a zone is that of the instant', () => {
  expect(tzRules().offsetAt('Europe/Berlin', Date.parse('2026-07-01T00:00:00Z'))).toBe(7_200_000);
  expect(tzRules().offsetAt('Asia/Kolkata', 0)).toBe(19_800_000);
});

test('the zone of this machine is a zone', () => {
  expect(tzRules().isZone(localZoneName())).toBe(true);
});

test('cached offsets are those of luxon', () => {
  const rules = tzRules();
  const names = [
    'Europe/Berlin',
    'Africa/Casablanca',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'America/New_York',
  ];
  const instant = fc.integer({ min: 0, max: Date.parse('2040-01-01T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...names), instant, (name, time) => {
      expect(rules.offsetAt(name, time)).toBe(IANAZone.create(name).offset(time) * 60_000);
    }),
    { numRuns: 1000 },
  );
  const change = Date.parse('2026-03-29T01:00:00Z');
  expect([change - 1, change].map((time) => rules.offsetAt('Europe/Berlin', time))).toEqual([
    3_600_000, 7_200_000,
  ]);
});
