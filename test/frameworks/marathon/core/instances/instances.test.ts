import {
  expunge,
  forgetTasks,
  indexInstance,
  instanceOfTask,
  instancesOf,
  schedule,
  setCondition,
} from '../../../../../frameworks/marathon/core/instances/instances';
import type { Condition, Goal } from '../../../../../frameworks/marathon/core/state/state';
import { startTurn } from '../../../../../frameworks/marathon/core/state/turn';
import { app, FakeCluster } from '../../fake-cluster';

function scheduled() {
  const { state } = new FakeCluster({ connect: false });
  const turn = startTurn({ state, now: 1000, effects: [] });
  return { state, turn, instance: schedule(turn, app({ id: '/prod/web', version: 'v' })) };
}

test('a new instance waits for a launch, is stored, and has its app settled', () => {
  const { state, turn, instance } = scheduled();
  expect(instance).toMatchObject({
    appId: '/prod/web',
    goal: 'Running',
    condition: 'Scheduled',
    incarnation: 0,
  });
  expect(instance.id).toMatch(/^prod_web\.instance-/);
  expect(state.waiting.get('/prod/web')?.has(instance.id)).toBe(true);
  expect(turn.touched.has('/prod/web')).toBe(true);
  expect([...state.outbox.changes.keys()].some((name) => name.includes(instance.id))).toBe(true);
});

test.each<[from: Condition, to: Condition, unreachableSince: number | undefined]>([
  ['Scheduled', 'Provisioned', undefined],
  ['Running', 'Unreachable', 2000],
  ['Unreachable', 'Running', undefined],
  ['Unreachable', 'UnreachableInactive', undefined],
  ['UnreachableInactive', 'Running', undefined],
])('from %s to %s an instance is unreachable since %s', (from, to, unreachable) => {
  const { state, instance } = scheduled();
  Object.assign(instance, { condition: from, since: 1 });
  setCondition(startTurn({ state, now: 2000, effects: [] }), instance, to);
  expect(instance).toMatchObject({ condition: to, since: 2000 });
  expect(instance.unreachableSince).toBe(unreachable);
});

test('the same condition again changes nothing', () => {
  const { state, instance } = scheduled();
  const turn = startTurn({ state, now: 2000, effects: [] });
  setCondition(turn, instance, 'Scheduled');
  expect([instance.since, turn.touched.size]).toEqual([1000, 0]);
});

test.each<[goal: Goal, condition: Condition, waits: boolean]>([
  ['Running', 'Scheduled', true],
  ['Running', 'Failed', true],
  ['Running', 'Staging', false],
  ['Decommissioned', 'Scheduled', false],
  ['Decommissioned', 'Failed', false],
])('an instance with the goal %s that is %s waits for a launch: %s', (goal, condition, waits) => {
  const { state, instance } = scheduled();
  indexInstance(state, Object.assign(instance, { goal, condition }));
  expect(state.waiting.get('/prod/web')?.has(instance.id) ?? false).toBe(waits);
  // A set without members is no set at all.
  expect(state.waiting.has('/prod/web')).toBe(waits);
});

test('an expunged instance leaves nothing behind', () => {
  const { state, turn, instance } = scheduled();
  indexInstance(
    state,
    Object.assign(instance, { task: { id: 't', hostPorts: [], stagedAt: 0, ipAddresses: [] } }),
  );
  state.unconfirmed.add('t');
  state.readiness.set(instance.id, { taskId: 't', name: 'r', ready: false });
  state.kills.set(instance.id, { taskId: 't' });
  expect(instanceOfTask(state, 't')).toBe(instance);
  expunge(turn, instance);
  const left = [
    state.instances,
    state.byApp,
    state.waiting,
    state.byTask,
    state.health,
    state.readiness,
    state.kills,
  ];
  expect(left.map(({ size }) => size)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(state.unconfirmed.size).toBe(0);
});

test("instances of an app come oldest first; a forgotten task is nobody's", () => {
  const { state, turn, instance } = scheduled();
  const second = schedule(turn, app({ id: '/prod/web' }));
  schedule(turn, app({ id: '/other' }));
  expect(instancesOf(state, '/prod/web')).toEqual([instance, second]);
  expect(instancesOf(state, '/none')).toEqual([]);
  instance.task = { id: 't', hostPorts: [], stagedAt: 0, ipAddresses: [] };
  state.byTask.set('t', instance.id);
  forgetTasks(state, instance);
  expect(instanceOfTask(state, 't')).toBeUndefined();
});
