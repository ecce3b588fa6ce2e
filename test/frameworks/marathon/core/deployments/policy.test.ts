import {
  deadlineOfDeployment,
  goesBack,
  policyOf,
} from '../../../../../frameworks/marathon/core/deployments/policy';
import { DEFAULT_SETTINGS } from '../../../../../frameworks/marathon/core/state/settings';
import { app, FakeCluster } from '../../fake-cluster';

const FLAGS = {
  ...DEFAULT_SETTINGS,
  deploymentDeadlineMs: 5000,
  deploymentRollback: true,
  deploymentMaxFailures: 4,
};

test.each([
  ['nothing', DEFAULT_SETTINGS, undefined, { deadlineMs: 0, rollback: false, maxFailures: 0 }],
  ['the flags', FLAGS, undefined, { deadlineMs: 5000, rollback: true, maxFailures: 4 }],
  [
    'the app',
    DEFAULT_SETTINGS,
    { deadlineSeconds: 7, rollback: true },
    { deadlineMs: 7000, rollback: true, maxFailures: 3 },
  ],
  [
    'the app before the flags',
    FLAGS,
    { deadlineSeconds: 0, rollback: false },
    { deadlineMs: 0, rollback: false, maxFailures: 0 },
  ],
  [
    'failures without a way back',
    DEFAULT_SETTINGS,
    { maxFailures: 1 },
    { deadlineMs: 0, rollback: false, maxFailures: 1 },
  ],
])('the policy is that of %s', (_name, settings, deploymentPolicy, expected) => {
  expect(policyOf(settings, app({ deploymentPolicy }))).toEqual(expected);
});

test('the shortest deadline and any way back of the apps count for their deployment', () => {
  const cluster = new FakeCluster({ agents: [] });
  cluster.put(
    { id: '/a', deploymentPolicy: { deadlineSeconds: 50 } },
    { id: '/b', deploymentPolicy: { deadlineSeconds: 20, rollback: true } },
    { id: '/c' },
  );
  const { state, clock } = cluster;
  const [deployment] = state.deployments.values();
  if (!deployment) throw new Error('no deployment');
  expect(deadlineOfDeployment(state, deployment)).toBe(clock.now() + 20_000);
  expect(goesBack(state, deployment)).toBe(true);
  expect(goesBack(state, { ...deployment, isReturn: true })).toBe(false);
  expect(deadlineOfDeployment(state, { ...deployment, startedAt: undefined })).toBeUndefined();
});

test('a policy alone is no change of the configuration', () => {
  const cluster = new FakeCluster();
  cluster.put({});
  cluster.advance(5000);
  const before = cluster.running().map(({ id }) => id);
  expect(cluster.put({ deploymentPolicy: { rollback: true } })).toMatchObject({ ok: true });
  cluster.advance(5000);
  expect(cluster.state.apps.get('/app')?.deploymentPolicy).toEqual({ rollback: true });
  expect(cluster.running().map(({ id }) => id)).toEqual(before);
});
