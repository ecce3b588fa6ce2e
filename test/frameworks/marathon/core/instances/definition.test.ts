import { appOf, isOutdated, isUp } from '../../../../../frameworks/marathon/core/instances/definition';
import type { Condition, Instance, MarathonState } from '../../../../../frameworks/marathon/core/state/state';
import { app, FakeCluster } from '../../fake-cluster';

function running(): { state: MarathonState; instance: Instance } {
  const cluster = new FakeCluster();
  cluster.put({});
  cluster.advance(5000);
  const [instance] = cluster.instances();
  if (!instance) throw new Error('no instance');
  return { state: cluster.state, instance };
}

test('an instance runs the version it was launched with, or that of the app, or none', () => {
  const { state, instance } = running();
  expect(appOf(state, instance)?.version).toBe(instance.version);
  const current = state.apps.get('/app');
  expect(appOf(state, { ...instance, version: 'forgotten' })).toBe(current);
  state.apps.clear();
  expect(appOf(state, { ...instance, version: 'forgotten' })).toBeUndefined();
});

const CHECK = { protocol: 'MESOS_TCP', port: 8080 };

test.each<{ condition: Condition; checks: number; healthy?: boolean; ready?: boolean; up: boolean }>([
  { condition: 'Staging', checks: 0, up: false },
  { condition: 'Running', checks: 0, up: true },
  { condition: 'Running', checks: 1, up: false },
  { condition: 'Running', checks: 1, healthy: false, up: false },
  { condition: 'Running', checks: 1, healthy: true, up: true },
  { condition: 'Running', checks: 0, ready: false, up: false },
  { condition: 'Running', checks: 0, ready: true, up: true },
  { condition: 'Running', checks: 1, healthy: true, ready: false, up: false },
])('an instance is up: %j', ({ condition, checks, healthy, ready, up }) => {
  const { state, instance } = running();
  const taskId = instance.task?.id ?? '';
  instance.condition = condition;
  if (checks > 0) state.health.set(instance.id, { taskId, checks: [null] });
  if (instance.task) instance.task.healthy = healthy;
  if (ready !== undefined) state.readiness.set(instance.id, { taskId, name: 'ready', ready });
  const readinessChecks = ready === undefined ? [] : [{ name: 'ready', portName: 'http' }];
  const ports = { portDefinitions: [{ port: 0, name: 'http' }] };
  const definition = app({ ...ports, healthChecks: [CHECK].slice(0, checks), readinessChecks });
  expect(isUp(state, definition, instance)).toBe(up);
});

test.each<[condition: Condition, older: boolean, outdated: boolean]>([
  ['Scheduled', true, true],
  ['Failed', true, true],
  ['Running', true, false],
  ['Unreachable', true, false],
  ['Scheduled', false, false],
  ['Failed', false, false],
])('an instance that is %s (of an older configuration: %s) is outdated: %s', (condition, older, outdated) => {
  const { state, instance } = running();
  const current = state.apps.get('/app');
  if (!current) throw new Error('no app');
  const configVersion = older ? '2000-01-01T00:00:00.000Z' : current.versionInfo.lastConfigChangeAt;
  expect(isOutdated(current, { ...instance, condition, configVersion })).toBe(outdated);
});
