import { residentUpdateFindings } from '../../../../../frameworks/marathon/core/apps/resident-update';
import { app } from '../../fake-cluster';
import { database, VolumeCluster } from '../../volume-cluster';

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
