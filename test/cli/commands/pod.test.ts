import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedApi } from '../scripted-api';
import { runWith } from './run';

const folder = mkdtempSync(join(tmpdir(), 'meseta-pod-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PATHS = ['/v2/pods', '/v2/pods/*', '/v2/deployments'];

let marathon: ScriptedApi;
let url = '';
beforeEach(async () => {
  marathon = new ScriptedApi(PATHS);
  url = await marathon.start();
  marathon.answers.set('GET /v2/pods', [spec, { ...spec, id: '/shop/api' }]);
  marathon.answers.set('GET /v2/pods/shop/web', spec);
  marathon.answers.set('GET /v2/pods/shop/web::status', status);
});
afterEach(() => marathon.stop());

const meseta = (...args: string[]) => runWith({ MESETA_MARATHON: url }, args);

function file(json: unknown): string {
  const path = join(folder, 'pod.json');
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const container = {
  name: 'front',
  resources: { cpus: 0.1, mem: 32 },
  image: { kind: 'DOCKER', id: 'web:1' },
};
const spec = {
  id: '/shop/web',
  version: 'v2',
  containers: [container, { name: 'log', resources: container.resources }],
  labels: { team: 'a' },
  scaling: { kind: 'fixed', instances: 2 },
  role: '*',
};
const status = {
  id: spec.id,
  spec,
  status: 'DEGRADED',
  statusSince: 's',
  instances: [
    {
      id: 'shop_web.instance-1',
      status: 'STABLE',
      agentHostname: 'h1',
      networks: [{ name: 'net', addresses: ['9.0.0.1'] }],
      localVolumes: [{ containerPath: 'data', persistenceId: 'shop_web#data#1' }],
      containers: [
        {
          name: 'front',
          status: 'TASK_RUNNING',
          statusSince: 't',
          conditions: [{ name: 'healthy', value: 'true' }],
          endpoints: [{ name: 'http', allocatedHostPort: 31_000 }, { name: 'admin' }],
        },
      ],
    },
    { id: 'shop_web.instance-2', status: 'PENDING', networks: [], containers: [] },
  ],
  terminationHistory: [{ instanceID: 'shop_web.instance-2', terminatedAt: 'u', message: 'exit 1' }],
};

test('pods are listed with their instances, and each is shown', async () => {
  marathon.answers.set('GET /v2/pods/::status', [status]);
  const { out } = await meseta('pod', 'list');
  expect(out).toMatch(/^\/shop\/web +DEGRADED +1\/2 +front,log +0\.2 +64$/m);
  const shown = await meseta('pod', 'show', 'web');
  expect(shown.out).toMatch(/^failed +u shop_web\.instance-2: exit 1$/m);
  expect(shown.out).toMatch(/^label +team=a$/m);
  expect(shown.out).toMatch(/^front +web:1 +0\.1 +32$/m);
  expect(JSON.parse((await meseta('pod', 'show', '/shop/web', '--json')).out)).toMatchObject({ spec });
  marathon.answers.set('GET /v2/pods/::status', []);
  expect((await meseta('pod', 'list')).out).toContain('There are no pods');
});

test('the status of a pod has its instances, and the containers of each', async () => {
  const { out } = await meseta('pod', 'status', 'shop/web');
  expect(out).toMatch(/^\/shop\/web DEGRADED, 1\/2 stable$/m);
  expect(out).toMatch(/^shop_web\.instance-1 +STABLE +h1 +9\.0\.0\.1/m);
  expect(out).toMatch(/^instance-1 +front +TASK_RUNNING +true +http:31000,admin:- +t$/m);
  expect(out).toMatch(/^instance-1 +data +shop_web#data#1$/m);
});

test('a pod has versions, with the members that changed', async () => {
  marathon.answers.set('GET /v2/pods/shop/web::versions', ['v2', 'v1']);
  marathon.answers.set('GET /v2/pods/shop/web::versions/v2', spec);
  const older = { ...spec, version: 'v1', scaling: { kind: 'fixed', instances: 1 } };
  marathon.answers.set('GET /v2/pods/shop/web::versions/v1', older);
  const { out } = await meseta('pod', 'versions', 'web');
  expect(out).toMatch(/^v2 +2 +scaling\/instances$/m);
  expect(out).toMatch(/^v1 +1 +made$/m);
});

test('a pod is made and replaced by a file, and what nobody knows in it is refused', async () => {
  const stored = { ...spec, id: '/shop/new' };
  marathon.answers.set('POST /v2/pods', stored);
  const created = await meseta('pod', 'create', file({ id: 'shop/new', containers: [container] }));
  expect(created).toMatchObject({ status: 0, out: '/shop/new is being deployed\n' });
  expect(marathon.asked).toContain(
    `POST /v2/pods?force=false ${JSON.stringify({ id: '/shop/new', containers: [container] })}`,
  );
  expect((await meseta('pod', 'create', file({ id: '/x', container: [] }))).err).toContain('containers');
  expect((await meseta('pod', 'update', file({ id: '/none', containers: [] }))).err).toContain(
    'Pod /none does not exist',
  );
  expect((await meseta('pod', 'create', file({ containers: [] }))).err).toContain('names no pod');
});

test('a pod is scaled and removed, and its deployment is followed', async () => {
  const headers = { 'marathon-deployment-id': 'd1' };
  marathon.answers.set('PUT /v2/pods/shop/web', { status: 200, body: spec, headers });
  marathon.answers.set('DELETE /v2/pods/shop/web', '');
  marathon.answers.set('GET /v2/deployments', []);
  expect((await meseta('pod', 'scale', 'web', '3', '--watch')).out).toBe('/shop/web is being scaled to 3\n');
  expect(marathon.asked).toContain('GET /v2/deployments?embed=progress');
  const scaled = { ...spec, scaling: { kind: 'fixed', instances: 3 } };
  expect(marathon.asked).toContain(`PUT /v2/pods/shop/web?force=false ${JSON.stringify(scaled)}`);
  expect((await meseta('pod', 'scale', 'web', 'many')).status).toBe(2);
  expect((await meseta('pod', 'remove', 'web')).err).toContain('Pod /web does not exist');
  expect((await meseta('pod', 'remove', 'shop/web', '--force')).out).toBe('/shop/web is being removed\n');
  expect(marathon.asked).toContain('DELETE /v2/pods/shop/web?force=true');
});

test('instances are killed, and those that are not there are named', async () => {
  marathon.answers.set('DELETE /v2/pods/shop/web::instances', [{ instanceId: 'shop_web.instance-1' }]);
  const { status: exit, out, err } = await meseta('pod', 'kill', 'web', 'shop_web.instance-1', 'x', '--wipe');
  expect(exit).toBe(1);
  expect(out).toBe('shop_web.instance-1 is being killed\n');
  expect(err).toContain('no instance x');
  expect(marathon.asked).toContain(
    'DELETE /v2/pods/shop/web::instances?wipe=true ["shop_web.instance-1","x"]',
  );
});
