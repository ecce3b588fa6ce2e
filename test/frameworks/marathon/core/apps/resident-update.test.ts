import { residentUpdateFindings } from '../../../../../frameworks/marathon/core/apps/resident-update';
import { podSpecOf } from '../../../../../frameworks/marathon/core/state/run-spec';
import { app } from '../../fake-cluster';
import { container, type PodMembers, podSpec } from '../../pods';
import { database, podDatabase, VolumeCluster } from '../../volume-cluster';

const RESOURCES =
  'Services with persistent volumes configured may not change resource requirements. If you need to make this change, please create a new service.';
const HOST_PORTS =
  'Services with persistent volumes configured may not change host ports. If you need to make this change, please create a new service.';
const VOLUMES = 'Persistent volumes can not be changed!';

type Members = Record<string, unknown>;

const bridge = (hostPort: number): Members => ({
  networks: [{ mode: 'container/bridge' }],
  container: {
    volumes: [{ containerPath: 'data', persistent: { size: 10 } }],
    portMappings: [{ containerPort: 80, hostPort }],
  },
});

test.each<[name: string, before: Members, after: Members, path: string, error: string]>([
  ['cpus', {}, { cpus: 2 }, '/cpus', RESOURCES],
  ['memory', {}, { mem: 33 }, '/mem', RESOURCES],
  ['disk', {}, { disk: 1 }, '/disk', RESOURCES],
  ['GPUs', {}, { gpus: 1 }, '/gpus', RESOURCES],
  ['an executor', {}, { executorResources: { cpus: 1 } }, '/executorResources', RESOURCES],
  ['a number of ports', {}, { portDefinitions: [{ port: 0 }, { port: 0 }] }, '/', HOST_PORTS],
  ['a host port', bridge(31_000), bridge(31_001), '/', HOST_PORTS],
  ['a volume', {}, { volumes: [{ containerPath: 'data', persistent: { size: 11 } }] }, '/', VOLUMES],
  ['the last volume', {}, { container: undefined }, '/', VOLUMES],
  ['a first volume', { container: undefined }, {}, '/', VOLUMES],
])('a change of %s is refused', (_name, before, after, path, error) => {
  expect(residentUpdateFindings(database(before), database(after), true)).toEqual([{ path, error }]);
});

test.each<[name: string, before: Members, after: Members]>([
  ['the command and instances', {}, { cmd: 'other', instances: 3 }],
  ['service ports', { portDefinitions: [{ port: 1 }] }, { portDefinitions: [{ port: 2 }] }],
  ['an app without volumes', { container: undefined }, { container: undefined, cpus: 2 }],
])('a change of %s is allowed', (_name, before, after) => {
  expect(residentUpdateFindings(database(before), database(after), false)).toEqual([]);
});

test('the role of new instances changes by force alone, and the others keep theirs', () => {
  const cluster = new VolumeCluster();
  const put = (role: string, instances: number, force: boolean) =>
    cluster.change({ put: [{ ...database({ instances }), role }] }, force);
  put('web', 1, false);
  cluster.advance(5);
  const refused = put('own', 1, false);
  expect(JSON.stringify(refused)).toContain('retry your request with ?force=true');
  expect(put('own', 1, true)).toMatchObject({ ok: true });
  cluster.advance(10);
  expect(cluster.running().map(({ role, incarnation }) => [role, incarnation])).toEqual([['web', 2]]);
  expect(cluster.state.session.roles).toEqual(['own', 'web']);
  expect(app({ id: '/x' }).role).toBe('*');
});

const ofPod = (name: string): string => `${name} cannot be updated if a pod has persistent volumes`;
const needing = (resources: Members): PodMembers => ({
  containers: [
    container('web', { resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0, ...resources } }),
    container('side'),
  ],
});
const atPorts = (...ports: number[]): PodMembers => ({
  containers: ports.map((hostPort, index) =>
    container(`c${index}`, {
      endpoints: [{ name: `e${index}`, hostPort, protocol: [], labels: {}, networkNames: [] }],
    }),
  ),
});
const podOf = (members: PodMembers) =>
  podSpecOf(podDatabase(members), { lastScalingAt: '', lastConfigChangeAt: '' });

test.each<[name: string, before: PodMembers, after: PodMembers, error: string]>([
  ['cpus', {}, needing({ cpus: 0.2 }), ofPod('cpus')],
  ['memory', {}, needing({ mem: 33 }), ofPod('mem')],
  ['disk of the executor', {}, { executorResources: { cpus: 0.1, mem: 32, disk: 11 } }, ofPod('disk')],
  ['GPUs', {}, needing({ gpus: 1 }), ofPod('gpus')],
  ['a host port', atPorts(0, 31_000), atPorts(0, 31_001), ofPod('host ports')],
  ['a volume', {}, { volumes: [] }, 'persistent volumes cannot be updated'],
])('a change of %s of a pod is refused', (_name, before, after, error) => {
  expect(residentUpdateFindings(podOf(before), podOf(after), true)).toEqual([{ path: '/', error }]);
});

test('what a pod has reserved may be shared out anew among its containers and the executor', () => {
  const after = { ...needing({ cpus: 0.15 }), executorResources: { cpus: 0.05, mem: 32, disk: 10 } };
  expect(residentUpdateFindings(podOf({}), podOf(after), false)).toEqual([]);
  const plain = (cpus: number) => podSpec(needing({ cpus }));
  expect(residentUpdateFindings(plain(0.1), plain(0.2), false)).toEqual([]);
});

test('the role of new instances of a pod changes by force alone', () => {
  const cluster = new VolumeCluster();
  const put = (role: string, force: boolean) => cluster.change({ putPods: [podDatabase({ role })] }, force);
  put('web', false);
  cluster.advance(5);
  expect(JSON.stringify(put('own', false))).toContain('retry your request with ?force=true');
  expect(put('own', true)).toMatchObject({ ok: true });
  cluster.advance(10);
  expect(cluster.running('/pods/db').map(({ role, incarnation }) => [role, incarnation])).toEqual([
    ['web', 2],
  ]);
});
