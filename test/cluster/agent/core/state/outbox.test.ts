import { initCommits } from '../../../../../cluster/agent/core/state/outbox';

test('nothing waits and nothing is under way at first', () => {
  const commits = initCommits();
  expect(commits.begun).toBe(commits.done);
  expect([commits.changes.size, commits.outbox.length, commits.failed]).toEqual([0, 0, false]);
});
