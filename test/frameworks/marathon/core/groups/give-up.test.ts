import { app, FakeCluster } from '../../fake-cluster';

const POLICY = { rollback: true, maxFailures: 2, deadlineSeconds: 60 };

function cluster(): FakeCluster {
  const started = new FakeCluster();
  started.behaviour = ({ command }) => [[10, command?.value === 'bad' ? 'TASK_FAILED' : 'TASK_RUNNING']];
  started.put({ cmd: 'good', instances: 3, deploymentPolicy: POLICY });
  started.advance(10_000);
  return started;
}

describe('a deployment that is given up', () => {
  it('is taken back once, and the instances of before stay all the time', () => {
    const real = cluster();
    const before = real.instances().map(({ id }) => id);
    real.put({ cmd: 'bad', instances: 3, deploymentPolicy: POLICY });
    real.advance(60_000);
    expect(real.state.apps.get('/app')?.cmd).toBe('good');
    expect(real.running().map(({ id }) => id)).toEqual(before);
    expect(real.state.deployments.size).toBe(0);
    const ends = real.events.filter(({ eventType }) => /^deployment_(failed|success)$/.test(eventType));
    expect(ends.slice(-2).map(({ eventType, reason }) => [eventType, reason])).toEqual([
      [
        'deployment_failed',
        'New instances of /app have failed 2 times, the last one with TASK_FAILED; the change is taken back',
      ],
      ['deployment_success', undefined],
    ]);
  });

  it('on its way back ends where it is', () => {
    const real = cluster();
    real.behaviour = () => [[10, 'TASK_FAILED']];
    for (const { task } of real.running()) real.update(task?.id ?? '', 'TASK_FAILED');
    real.put({ cmd: 'bad', instances: 3, deploymentPolicy: POLICY });
    real.advance(200_000);
    expect(real.state.apps.get('/app')?.cmd).toBe('good');
    expect(real.state.deployments.size).toBe(0);
    const reasons = real.events.flatMap(({ eventType, reason }) =>
      eventType === 'deployment_failed' ? [String(reason)] : [],
    );
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatch(/; the change is taken back$/);
    expect(reasons[1]).not.toMatch(/taken back/);
  });

  it('takes nothing back of apps without a policy', () => {
    const real = new FakeCluster();
    real.behaviour = () => [[10, 'TASK_FAILED']];
    real.put({ cmd: 'bad' });
    real.advance(600_000);
    expect(real.state.deployments.size).toBe(1);
  });

  it('with several apps takes all of them back', () => {
    const real = cluster();
    real.change({
      put: [app({ cmd: 'bad', instances: 3, deploymentPolicy: POLICY }), app({ id: '/other' })],
      putGroups: [{ id: '/g', dependencies: [] }],
    });
    real.advance(60_000);
    expect([...real.state.apps.keys()]).toEqual(['/app']);
    expect([...real.state.groups.keys()]).toEqual(['/']);
    expect(real.state.byApp.has('/other')).toBe(false);
  });
});
