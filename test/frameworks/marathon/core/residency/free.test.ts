import { ownerLabels } from '../../../../../frameworks/marathon/core/residency/labels';
import { database, machine, scalar, VolumeCluster, wire } from '../../volume-cluster';

/** A volume that some instance of a framework has for itself. */
function volumeOf(frameworkId: string, instanceId = 'gone.instance-1'): ReturnType<typeof scalar> {
  const labels = ownerLabels({ frameworkId, instanceId });
  const disk = {
    persistence: { id: 'gone#a#1', principal: 'p' },
    volume: { container_path: 'a', mode: 'RW' as const },
  };
  const reservations = [{ type: 'DYNAMIC' as const, role: 'web', principal: 'p', labels }];
  return scalar('disk', 5, { reservations, disk });
}

test('what is reserved for an unknown instance is freed as soon as it is offered', () => {
  const cluster = new VolumeCluster({ S1: [...machine(), volumeOf('F1')] });
  cluster.change({ put: [database()] });
  cluster.advance(5);
  expect(cluster.operationTypes()).toEqual(['DESTROY', 'UNRESERVE', 'RESERVE', 'CREATE', 'LAUNCH']);
});

test('what other frameworks have reserved stays, and no app takes it', () => {
  const cluster = new VolumeCluster({
    S1: [
      scalar('cpus', 0.1),
      scalar('mem', 1000),
      scalar('cpus', 5, { reservations: volumeOf('F2').reservations }),
      volumeOf('F2'),
    ],
  });
  cluster.change({ put: [database({ container: undefined, cpus: 1, portDefinitions: [] })] });
  cluster.advance(30);
  expect(cluster.operations).toEqual([]);
  expect([...(cluster.state.queue.get('/db')?.declined ?? [])]).toEqual([
    ['InsufficientCpus', expect.any(Number)],
  ]);
});

test('volumes of a known instance stay, whatever they are called', () => {
  const cluster = new VolumeCluster({ S1: machine() });
  cluster.change({ put: [database()] });
  cluster.advance(5);
  const [instance] = cluster.running();
  const agent = cluster.agents.get('S1');
  if (agent) agent.total = [...agent.total, ...wire([volumeOf('F1', instance?.id)])];
  cluster.change({ put: [database({ instances: 2 })] });
  cluster.advance(10);
  expect(cluster.operationTypes()).not.toContain('DESTROY');
});
