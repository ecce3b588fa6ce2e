import { allocateLater, allocateSoon } from '../../../../../cluster/master/core/offers/schedule';
import { initMaster } from '../../../../../cluster/master/core/state/state';
import { effectsOf } from '../../../../effects-of';
import { BOOT } from '../../builders';

const stateAfterRun = (lastRunAt: number, dueAt?: number) => {
  const state = initMaster(BOOT);
  Object.assign(state.allocator, { lastRunAt, dueAt });
  return state;
};

test.each([
  { lastRunAt: 0, now: 1000, at: 1000 },
  { lastRunAt: 1000, now: 1000, at: 1010 },
  { lastRunAt: 1000, now: 1005, at: 1010 },
  { lastRunAt: 1000, now: 1020, at: 1020 },
])(
  'soon after a run at $lastRunAt, at $now, is $at: a burst of changes costs one run',
  ({ lastRunAt, now, at }) => {
    expect(effectsOf(stateAfterRun(lastRunAt), allocateSoon, now)).toEqual([
      { kind: 'wake', timer: 'allocate', at },
    ]);
  },
);

test.each([
  { lastRunAt: 0, now: 5000, at: 6000 },
  { lastRunAt: 5000, now: 5000, at: 6000 },
  { lastRunAt: 5500, now: 5000, at: 6500 },
])(
  'later, after a run at $lastRunAt, at $now, is $at: an interval after the last run',
  ({ lastRunAt, now, at }) => {
    expect(effectsOf(stateAfterRun(lastRunAt), allocateLater, now)).toEqual([
      { kind: 'wake', timer: 'allocate', at },
    ]);
  },
);

test.each([
  { dueAt: 900, effects: 0, left: 900 },
  { dueAt: 1000, effects: 0, left: 1000 },
  { dueAt: 1001, effects: 1, left: 1000 },
])('a run that is due at $dueAt is only moved forward', ({ dueAt, effects, left }) => {
  const state = stateAfterRun(0, dueAt);
  expect(effectsOf(state, allocateSoon, 1000)).toHaveLength(effects);
  expect(state.allocator.dueAt).toBe(left);
});
