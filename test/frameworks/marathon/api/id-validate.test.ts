import { ID_MAX, idFindings } from '../../../../frameworks/marathon/api/id-validate';

test.each(['/', '/web', '/prod/web-1/v1.2', `/${'a'.repeat(ID_MAX - 1)}`])('the id %s is taken', (id) => {
  expect(idFindings(id, '/id')).toEqual([]);
});

test.each([
  ['/Web', /^must fully match/],
  ['/a_b', /^must fully match/],
  ['/a b', /^must fully match/],
  ['/a/../b', /^must fully match/],
  ['/-a', /^must fully match/],
  ['/a./b', /^must fully match/],
  [`/${'a'.repeat(ID_MAX)}`, /^must have at most 190 characters, not 191/],
])('the id %s is refused with its path and the reason', (id, error) => {
  expect(idFindings(id, '/groups(0)/id')).toEqual([
    { path: '/groups(0)/id', error: expect.stringMatching(error) as string },
  ]);
});
