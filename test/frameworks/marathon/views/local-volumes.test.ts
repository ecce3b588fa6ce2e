import { localVolumes } from '../../../../frameworks/marathon/views/local-volumes';
import { printPodStatus } from '../../../../frameworks/marathon/views/pods';
import { podDatabase, VolumeCluster } from '../volume-cluster';

test('the volumes of a pod are shown with their names, also while they wait', () => {
  const cluster = new VolumeCluster();
  cluster.change({ putPods: [podDatabase()] });
  cluster.advance(5);
  const [instance] = cluster.running('/pods/db');
  const spec = cluster.state.pods.get('/pods/db');
  if (!instance || !spec) throw new Error('none runs');
  const uuid = instance.reservation?.volumes[0]?.uuid;
  const volumes = [
    { runSpecId: '/pods/db', containerPath: 'data', uuid, persistenceId: `pods_db#data#${uuid}` },
  ];
  expect(localVolumes(instance)).toEqual(volumes);
  expect(printPodStatus(cluster.state, spec, 0)).toMatchObject({ instances: [{ localVolumes: volumes }] });
  cluster.change({ putPods: [podDatabase({ instances: 0 })] });
  cluster.advance(5);
  expect(printPodStatus(cluster.state, { ...spec, instances: 0 }, 0)).toMatchObject({
    status: 'STABLE',
    instances: [
      {
        status: 'TERMINAL',
        localVolumes: volumes,
        // What is reserved for them.
        resources: { cpus: 0.3, mem: 96, disk: 10 },
      },
    ],
  });
  expect(localVolumes({ ...instance, reservation: undefined })).toEqual([]);
});
