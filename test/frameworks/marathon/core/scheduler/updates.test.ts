import { silentLogger } from '../../../../../cluster/runtime/log';
import { app, FakeCluster } from '../../fake-cluster';
import { database, VolumeCluster } from '../../volume-cluster';

describe('status updates', () => {
  it('of unknown tasks that live lead to a kill, which log and event stream tell', () => {
    const warn = jest.spyOn(silentLogger, 'warn');
    const cluster = new FakeCluster();
    cluster.update('other.instance-1._app.1', 'TASK_RUNNING', { agent_id: { value: 'S1' } });
    expect(cluster.callsOf('KILL')).toMatchObject([
      { kill: { task_id: { value: 'other.instance-1._app.1' } } },
    ]);
    expect(cluster.events).toContainEqual({
      eventType: 'unknown_instance_kill_event',
      timestamp: expect.any(String),
      instanceId: 'other.instance-1',
      runSpecId: '/other',
      taskId: 'other.instance-1._app.1',
      slaveId: 'S1',
      taskStatus: 'TASK_RUNNING',
      reason: 'Marathon has no record of this task',
    });
    expect(warn).toHaveBeenCalledWith(
      { task: 'other.instance-1._app.1', app: '/other', agent: 'S1', state: 'TASK_RUNNING' },
      'a task that Marathon has no record of is killed',
    );
    warn.mockRestore();
  });

  it('of a task that its executor killed for failed checks are the last failure of its app', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    const [id = ''] = cluster.running().map(({ task }) => task?.id ?? '');
    const message = 'Task health check failed 3 times in a row';
    cluster.update(id, 'TASK_KILLED', { healthy: false, message, agent_id: { value: 'S1' } });
    expect(cluster.state.failures.get('/app')).toMatchObject({ taskId: id, state: 'TASK_KILLED', message });
  });

  it('of a task that an operator killed are none', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    cluster.change({ put: [app({ id: '/app', instances: 0 })] });
    cluster.advance(5000);
    expect(cluster.running()).toEqual([]);
    expect(cluster.state.failures.get('/app')).toBeUndefined();
  });

  it('are acknowledged once stored, and only those with a uuid', () => {
    const cluster = new FakeCluster({ storeMs: 30 });
    cluster.put({ id: '/app' });
    cluster.advance(120);
    const acks = cluster.callsOf('ACKNOWLEDGE');
    expect(acks).toHaveLength(1);
    expect(cluster.running()).toHaveLength(1);
  });

  it('of a task that was taken for gone lead to a kill when its instance is to go', () => {
    const cluster = new VolumeCluster();
    cluster.change({ put: [database()] });
    cluster.advance(10);
    const [instance] = cluster.running();
    const id = instance?.task?.id ?? '';
    cluster.end(id, 'TASK_UNKNOWN');
    cluster.kill(instance, { wipe: true });
    cluster.end(id, 'TASK_RUNNING');
    cluster.advance(20);
    expect(cluster.tasks.get(id)?.state).toBe('TASK_KILLED');
    expect([cluster.instances().length, cluster.files.size]).toEqual([1, 1]);
  });
});
