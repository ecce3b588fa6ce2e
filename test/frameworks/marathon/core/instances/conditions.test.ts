import { TASK_STATES } from '../../../../../cluster/model/task-state';
import {
  conditionOf,
  isActive,
  isEnded,
  isWaiting,
} from '../../../../../frameworks/marathon/core/instances/conditions';
import type { Condition, Goal } from '../../../../../frameworks/marathon/core/state/state';

type Row = { readonly active: boolean; readonly ended: boolean; readonly waits: boolean };

/** What each condition means: something runs, it is over, and with the goal Running it needs a launch. */
const CONDITIONS: Record<Condition, Row> = {
  Scheduled: { active: false, ended: false, waits: true },
  Provisioned: { active: true, ended: false, waits: false },
  Staging: { active: true, ended: false, waits: false },
  Starting: { active: true, ended: false, waits: false },
  Running: { active: true, ended: false, waits: false },
  Killing: { active: true, ended: false, waits: false },
  Unreachable: { active: true, ended: false, waits: false },
  UnreachableInactive: { active: false, ended: false, waits: false },
  Killed: { active: false, ended: true, waits: true },
  Finished: { active: false, ended: true, waits: true },
  Failed: { active: false, ended: true, waits: true },
  Error: { active: false, ended: true, waits: true },
  Gone: { active: false, ended: true, waits: true },
  Dropped: { active: false, ended: true, waits: true },
  Unknown: { active: false, ended: true, waits: true },
};

const ROWS = Object.entries(CONDITIONS).map(([condition, row]) => ({
  condition: condition as Condition,
  ...row,
}));

test.each(ROWS)(
  '$condition: active $active, ended $ended, waits $waits',
  ({ condition, active, ended, waits }) => {
    expect([isActive(condition), isEnded(condition)]).toEqual([active, ended]);
    const isWaitingFor = (goal: Goal): boolean => isWaiting({ goal, condition });
    expect([isWaitingFor('Running'), isWaitingFor('Decommissioned')]).toEqual([waits, false]);
  },
);

/** The condition that each state of Mesos leads to, without a reason. */
const STATES: Record<(typeof TASK_STATES)[number], Condition> = {
  TASK_STAGING: 'Staging',
  TASK_STARTING: 'Starting',
  TASK_RUNNING: 'Running',
  TASK_KILLING: 'Killing',
  TASK_KILLED: 'Killed',
  TASK_FINISHED: 'Finished',
  TASK_FAILED: 'Failed',
  TASK_ERROR: 'Error',
  TASK_LOST: 'Gone',
  TASK_DROPPED: 'Dropped',
  TASK_GONE: 'Gone',
  TASK_GONE_BY_OPERATOR: 'Gone',
  TASK_UNREACHABLE: 'Unreachable',
  TASK_UNKNOWN: 'Unknown',
};

test.each(TASK_STATES)('%s is a condition, whatever its reason', (state) => {
  expect(conditionOf({ state })).toBe(STATES[state]);
  if (state === 'TASK_LOST') return;
  expect(conditionOf({ state, reason: 'REASON_RECONCILIATION' })).toBe(STATES[state]);
});

test.each([
  ['REASON_RECONCILIATION', 'Unreachable'],
  ['REASON_AGENT_DISCONNECTED', 'Unreachable'],
  ['REASON_AGENT_REMOVED', 'Unreachable'],
  ['REASON_TASK_UNKNOWN', 'Unknown'],
  ['REASON_CONTAINER_LAUNCH_FAILED', 'Gone'],
  ['REASON_AGENT_UNKNOWN', 'Gone'],
] as const)('a task that is LOST for %s is %s', (reason, condition) => {
  expect(conditionOf({ state: 'TASK_LOST', reason })).toBe(condition);
});
