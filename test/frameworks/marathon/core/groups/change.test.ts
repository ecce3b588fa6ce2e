import { usedServicePorts } from '../../../../../frameworks/marathon/core/apps/service-ports';
import { rolesInUse, specRoles } from '../../../../../frameworks/marathon/core/groups/roles';
import { app, FakeCluster } from '../../fake-cluster';
import { pod } from '../../pods';
import { database, ROLE, VolumeCluster } from '../../volume-cluster';

describe('locks', () => {
  it('refuse a change of an app under deployment unless forced', () => {
    const cluster = new FakeCluster({ agents: [] });
    const first = cluster.put({ id: '/app' });
    const id = first?.ok && 'deployment' in first ? first.deployment : '';
    expect(cluster.put({ id: '/app', instances: 2 })).toEqual({
      ok: false,
      refusal: { code: 'locked', deployments: [id] },
    });
    expect(cluster.put({ id: '/other' })).toMatchObject({ ok: true });
    expect(cluster.change({ put: [app({ instances: 2 })] }, { force: true })).toMatchObject({ ok: true });
    const failed = cluster.events.find(({ eventType }) => eventType === 'deployment_failed');
    expect(failed).toMatchObject({ id, reason: 'The upgrade has been cancelled' });
    expect(cluster.instances()).toHaveLength(2);
  });

  it('refuse more deployments than allowed', () => {
    const cluster = new FakeCluster({ agents: [], settings: { maxRunningDeployments: 1 } });
    cluster.put({ id: '/a' });
    expect(cluster.put({ id: '/b' })).toMatchObject({ refusal: { code: 'too-many' } });
  });

  it('end with a deployment that is taken back', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', cmd: 'good' });
    cluster.advance(1000);
    cluster.behaviour = ({ command }) => [[10, command?.value === 'bad' ? 'TASK_FAILED' : 'TASK_RUNNING']];
    const answer = cluster.put({ id: '/app', cmd: 'bad' });
    cluster.advance(5000);
    const deployment = answer?.ok && 'deployment' in answer ? answer.deployment : '';
    expect(cluster.state.deployments.has(deployment)).toBe(true);
    expect(cluster.ask({ kind: 'api.cancel', deployment, force: false })).toMatchObject({ ok: true });
    cluster.advance(10_000);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.state.apps.get('/app')?.cmd).toBe('good');
    expect(cluster.running()).toHaveLength(1);
    expect(cluster.ask({ kind: 'api.cancel', deployment, force: false })).toMatchObject({
      refusal: { code: 'missing' },
    });
  });

  it('stay when the way back of their deployment is refused', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/a' }, { id: '/b', dependencies: ['/a'] });
    cluster.advance(5000);
    const answer = cluster.put({ id: '/b', cpus: 1000 });
    cluster.put({ id: '/a', dependencies: ['/b'] });
    const deployment = answer?.ok && 'deployment' in answer ? answer.deployment : '';
    const refusal = { code: 'invalid' };
    expect(cluster.ask({ kind: 'api.cancel', deployment, force: false })).toMatchObject({ refusal });
    expect(cluster.state.deployments.has(deployment)).toBe(true);
  });
});

it('keeps the counts of ports and roles with each change', () => {
  const cluster = new FakeCluster({ agents: [] });
  const force = { force: true };
  const roles: string[][] = [];
  for (const change of [
    { put: [app({ id: '/a', ports: [0, 7] }), app({ id: '/g/b', role: 'g' })] },
    { put: [app({ id: '/g/b', role: 'other', ports: [9] })] },
    { restart: ['/a'] },
    { put: [app({ id: '/a', ports: [8] })], remove: ['/g/b'] },
    { removeGroups: ['/'] },
  ]) {
    expect(cluster.change(change, force)).toMatchObject({ ok: true });
    const { state } = cluster;
    const again = new Map(state.apps);
    expect(new Map(usedServicePorts.of(state.apps))).toEqual(new Map(usedServicePorts.of(again)));
    expect(new Map(specRoles.of(state.apps))).toEqual(new Map(specRoles.of(again)));
    roles.push(rolesInUse(state));
  }
  expect(roles).toEqual([['*', 'g'], ['*', 'other'], ['*', 'other'], ['*'], ['*']]);
});

describe('an app that becomes a pod', () => {
  const wanted = { remove: ['/db'], putPods: [pod({ id: '/db', role: ROLE, instances: 1 })] };

  it('leaves its volumes, those of stopped instances, too', () => {
    const cluster = new VolumeCluster();
    cluster.change({ put: [database({ instances: 3 })] });
    cluster.advance(10);
    cluster.change({ put: [database({ instances: 2 })] });
    cluster.advance(10);
    expect(cluster.change(wanted)).toMatchObject({ ok: true });
    cluster.advance(60);
    expect([cluster.running().length, cluster.reserved(), cluster.state.deployments.size]).toEqual([
      1,
      [],
      0,
    ]);
  });

  it('is an app again when the deployment is taken back', () => {
    const cluster = new FakeCluster({ agents: [] });
    cluster.put({ id: '/db', role: ROLE });
    const answer = cluster.change(wanted, { force: true });
    const deployment = answer?.ok && 'deployment' in answer ? answer.deployment : '';
    expect(cluster.ask({ kind: 'api.cancel', deployment, force: false })).toMatchObject({ ok: true });
    expect([[...cluster.state.apps.keys()], cluster.state.pods.size]).toEqual([['/db'], 0]);
  });
});
