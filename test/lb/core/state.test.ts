/** What is always true of the state, and what an operator is told of it. */

import { checkLb, initLb, type LbState } from '../../../lb/core/state';
import { lbBoot } from '../builders';

const state = (change: (state: LbState) => void): LbState => {
  const changed = initLb(lbBoot);
  change(changed);
  return changed;
};

test.each<[string, (state: LbState) => void, string[]]>([
  ['a new machine', () => undefined, []],
  [
    'HAProxy serves, but nobody knows which',
    (changed) => {
      changed.phase = 'serving';
    },
    ['HAProxy serves without a process id'],
  ],
  [
    'jobs wait while none runs',
    ({ refresh }) => void refresh.waiting.push({ kind: 'refresh', requests: [] }),
    ['a job waits while none runs'],
  ],
  [
    'refreshes wait that could be one',
    ({ refresh }) => {
      const job = { kind: 'refresh', requests: [] } as const;
      refresh.waiting.push(job, job);
    },
    ['2 refreshes wait', 'a job waits while none runs'],
  ],
  [
    'connections are counted for nobody',
    ({ drains }) => {
      drains.counting = { requests: [1], since: 0 };
    },
    ['connections are counted for request 1, which does not wait'],
  ],
])('%s', (_name, change, violations) => {
  expect(checkLb(state(change))).toEqual(violations);
});
