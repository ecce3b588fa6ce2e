import type { Call } from '../../../../../cluster/api/generated/scheduler';
import {
  callError,
  type SchedulerCall,
  schedulerCall,
} from '../../../../../cluster/master/core/scheduler-calls/list';

it.each<[Call.Type, boolean]>([
  ['ACCEPT', true],
  ['UPDATE_FRAMEWORK', true],
  ['ACKNOWLEDGE_OPERATION_STATUS', false],
  ['RECONCILE_OPERATIONS', false],
])('drivers have %s: %s', (type, expected) => {
  expect(schedulerCall(type).forDrivers).toBe(expected);
});

it('SUBSCRIBE is no call of a framework: it has no transition', () => {
  expect(schedulerCall('SUBSCRIBE').run).toBeUndefined();
});

it('a call is checked by its row', () => {
  expect(callError({ type: 'KILL', framework_id: { value: 'F' } })).toBe("Expecting 'kill' to be present");
  expect(callError({ type: 'TEARDOWN', framework_id: { value: 'F' } })).toBeUndefined();
});

it('a row that does not say whether drivers have the call does not compile', () => {
  // @ts-expect-error forDrivers is compulsory
  const row: SchedulerCall<'KILL'> = { field: 'kill', metric: undefined, run: undefined };
  expect(row.field).toBe('kill');
});
