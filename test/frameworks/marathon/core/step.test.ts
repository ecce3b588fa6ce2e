import { isActive } from '../../../../frameworks/marathon/core/instances/conditions';
import { app, FakeCluster } from '../fake-cluster';

test('a message of an executor is published with its bytes', () => {
  const cluster = new FakeCluster();
  const data = Buffer.from([0, 104, 105, 255]).toString('base64');
  cluster.post({ kind: 'scheduler.message', agentId: 'S1', executorId: 'E1', data });
  expect(cluster.events.at(-1)).toMatchObject({
    eventType: 'framework_message_event',
    slaveId: 'S1',
    executorId: 'E1',
    message: [0, 104, 105, 255],
  });
});

describe('what must always hold', () => {
  it('indexes follow the instances through a wild life', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = ({ task_id }) => [
      [10, 'TASK_RUNNING'],
      ...(task_id.value.endsWith('1') ? ([[500, 'TASK_FAILED']] as [number, 'TASK_FAILED'][]) : []),
    ];
    for (let round = 0; round < 20; round++) {
      cluster.change(
        { put: [app({ instances: (round * 3) % 7, cmd: `run ${Math.floor(round / 4)}` })] },
        { force: true },
      );
      cluster.advance(700);
      for (const [id, instance] of cluster.state.instances) {
        expect(cluster.state.byApp.get(instance.appId)?.has(id)).toBe(true);
        const waits =
          instance.goal === 'Running' &&
          !isActive(instance.condition) &&
          instance.condition !== 'UnreachableInactive';
        expect(cluster.state.waiting.get(instance.appId)?.has(id) ?? false).toBe(waits);
      }
    }
    cluster.advance(60_000);
    expect(cluster.running()).toHaveLength(cluster.state.apps.get('/app')?.instances ?? -1);
  });
});
