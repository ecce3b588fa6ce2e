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
