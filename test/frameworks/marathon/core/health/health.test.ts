import { FakeCluster } from '../../fake-cluster';

describe('health checks', () => {
  it('kill after one failure more than allowed, and the instance is launched again', () => {
    const cluster = new FakeCluster();
    cluster.put({
      id: '/app',
      healthChecks: [{ path: '/', intervalSeconds: 1, gracePeriodSeconds: 5, maxConsecutiveFailures: 2 }],
    });
    cluster.advance(2000);
    expect(cluster.state.deployments.size).toBe(0);
    cluster.probeResult = () => ({ ok: false, cause: 'HTTP status 500' });
    for (
      let second = 0;
      second < 10 && !cluster.eventTypes().includes('unhealthy_instance_kill_event');
      second++
    ) {
      cluster.advance(1000);
    }
    const failures = cluster.eventTypes().filter((type) => type === 'failed_health_check_event');
    expect(failures).toHaveLength(3);
    expect(cluster.state.failures.get('/app')?.message).toContain(
      'health check failed. Reason: HTTP status 500',
    );
    cluster.probeResult = () => ({ ok: true });
    cluster.advance(2000);
    expect(cluster.running()[0]?.incarnation).toBe(2);
  });

  it.each([
    [undefined, 4, 'the default of the delay does not lengthen a short grace period'],
    [30, 0, 'failures within a delay do not count'],
  ])('with a delay of %s: %i failures in 4 s, since %s', (delaySeconds, count, _rule) => {
    const cluster = new FakeCluster();
    cluster.probeResult = () => ({ ok: false, cause: 'HTTP status 500' });
    const check = { path: '/', intervalSeconds: 1, gracePeriodSeconds: 0, maxConsecutiveFailures: 9 };
    cluster.put({ id: '/app', healthChecks: [{ ...check, ...(delaySeconds && { delaySeconds }) }] });
    cluster.advance(3500);
    expect(cluster.eventTypes().filter((type) => type === 'failed_health_check_event')).toHaveLength(count);
  });

  it('of Mesos are taken from status updates', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }] });
    cluster.advance(1000);
    const taskId = cluster.running()[0]?.task?.id ?? '';
    expect(cluster.tasks.get(taskId)?.info.health_check).toMatchObject({
      type: 'COMMAND',
      command: { value: 'true' },
    });
    expect(cluster.state.deployments.size).toBe(1);
    cluster.update(taskId, 'TASK_RUNNING', { healthy: true });
    expect(cluster.state.deployments.size).toBe(0);
  });
});
