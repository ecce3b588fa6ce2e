import { jobText, listedText, summaryText } from '../../../../frameworks/chronos/views/job-texts';
import { PRINTERS } from '../jobs';
import { RULES } from '../schedules';
import { World } from '../world';

const CONTEXT = { rules: RULES, printers: PRINTERS };

function recordOf(members: object) {
  const world = new World();
  world.put('a', members);
  return world.entry('a');
}

test('a job shows the schedule that remains', () => {
  const { record } = recordOf({ schedule: 'R3/2026-12-01T10:00:00Z/PT1H' });
  expect(jobText(record, 'v1', CONTEXT)).toContain('"schedule":"R2/2026-12-01T11:00:00.000Z/PT1H"');
});

test('async is shown on the base of 2.x', () => {
  const { record } = recordOf({});
  expect(jobText(record, 'v1', CONTEXT)).not.toContain('async');
  expect(jobText(record, 'legacy', CONTEXT)).toContain('"async":false');
});

test('uris are mirrored in the list only', () => {
  const { record } = recordOf({ uris: ['u'] });
  expect(jobText(record, 'v1', CONTEXT)).toContain('"fetch":[],"uris":["u"]');
  expect(listedText(record, 'v1', CONTEXT)).toContain('"fetch":[{"uri":"u"');
});

test('the rows of quarantined and of paused jobs have the reason', () => {
  const entry = recordOf({ schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  expect(summaryText(entry, undefined, RULES)).toBe(
    '{"name":"a","status":"fresh","state":"idle","schedule":"R/2027-01-01T00:00:00Z/P1D","parents":[],"disabled":false}',
  );
  expect(summaryText(entry, 'a cycle', RULES)).toContain('"disabled":false,"quarantined":"a cycle"}');
  const paused = recordOf({ schedule: 'R/2027-01-01T00:00:00Z/P1D', pausedReason: 'moving' });
  expect(summaryText(paused, undefined, RULES)).toContain('"disabled":false,"pausedReason":"moving"}');
});
