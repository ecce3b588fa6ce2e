import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appView, ScriptedApi } from '../scripted-api';
import { runWith } from './run';

const folder = mkdtempSync(join(tmpdir(), 'meseta-group-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PATHS = ['/v2/apps', '/v2/groups', '/v2/deployments'].flatMap((path) => [path, `${path}/*`]);

let marathon: ScriptedApi;
let url = '';
beforeEach(async () => {
  marathon = new ScriptedApi(PATHS);
  url = await marathon.start();
});
afterEach(() => marathon.stop());

const meseta = (...args: string[]) => runWith({ MESETA_MARATHON: url }, args);

function file(json: unknown): string {
  const path = join(folder, 'group.json');
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const group = (id: string, more: object = {}) => ({
  id,
  apps: [],
  groups: [],
  dependencies: [],
  version: 'v1',
  ...more,
});
const api = { ...appView('/shop/api'), instances: 3, tasksRunning: 2, deployments: [{ id: 'd1' }] };
const shop = group('/shop', {
  apps: [api],
  groups: [group('/shop/empty')],
  dependencies: ['/db'],
  enforceRole: true,
  pods: [{ id: '/shop/duo', spec: { scaling: { instances: 2 } }, instances: [{ status: 'STABLE' }] }],
});
const deployment = {
  id: 'd1-long',
  affectedApps: ['/shop/api'],
  steps: [
    { actions: [{ action: 'StartApplication', app: '/shop/api' }] },
    { actions: [{ action: 'ScaleApplication', app: '/shop/api' }] },
  ],
  currentStep: 2,
  totalSteps: 2,
  reason: '/shop/api: 2 of 3 instances up, 1 starting',
  startedAt: 's',
};

describe('groups', () => {
  it('are listed with their apps, and shown one by one', async () => {
    marathon.answers.set('GET /v2/groups', group('/', { groups: [shop] }));
    marathon.answers.set('GET /v2/groups/shop', shop);
    const { out } = await meseta('group', 'list');
    expect(out).toMatch(/^\/ +deploying +1 +1 +3\/5$/m);
    expect(out).toMatch(/^\/shop\/empty +empty +0 +0 +0\/0$/m);
    const shown = await meseta('group', 'show', '/shop');
    expect(shown.out).toMatch(/^needs +\/db$/m);
    expect(shown.out).toMatch(/^role +shop, enforced$/m);
    expect(shown.out).toMatch(/^\/shop\/api +deploying +2\/3$/m);
    expect(shown.out).toMatch(/^\/shop\/duo +waiting +1\/2$/m);
    expect(JSON.parse((await meseta('group', 'show', 'shop', '--json')).out)).toMatchObject({ id: '/shop' });
  });

  it('are changed by a file and removed, and their deployments are followed', async () => {
    marathon.answers.set('PUT /v2/groups', { version: 'v2', deploymentId: 'd1-long' });
    marathon.answers.set('DELETE /v2/groups/shop', { version: 'v3', deploymentId: 'd2' });
    marathon.answers.set('GET /v2/deployments', []);
    expect(await meseta('group', 'update', file({ id: 'shop', apps: [] }), '--watch')).toMatchObject({
      status: 0,
      out: '/shop is being deployed\n',
    });
    expect(marathon.asked).toContain('PUT /v2/groups?force=false {"id":"/shop","apps":[]}');
    expect((await meseta('group', 'delete', '/shop', '--force', '--json')).out).toContain(
      '"deploymentId": "d2"',
    );
    expect(marathon.asked).toContain('DELETE /v2/groups/shop?force=true');
    for (const id of ['', '//'])
      expect((await meseta('group', 'delete', id)).err).toContain('names no group');
    expect(marathon.asked.filter((request) => request.startsWith('DELETE /v2/groups?'))).toEqual([]);
    expect((await meseta('group', 'update', file({ apps: [] }))).err).toContain('names no group');
    expect((await meseta('group', 'show', 'none')).status).toBe(1);
  });
});

describe('plans', () => {
  const plan = {
    ends: false,
    complete: true,
    cancels: ['d9'],
    start: [{ app: '/a', host: 'h1' }],
    stop: [{ app: '/a', host: 'h2', instanceId: 'a.1' }],
    wait: [{ app: '/a', count: 2, refusals: [{ host: 'h1', reasons: ['InsufficientCpus'] }] }],
    agents: [{}],
  };

  it('show moves, what waits and why, and fail where something waits', async () => {
    marathon.answers.set('POST /v2/deployments/plan', plan);
    const { out, status } = await meseta('app', 'plan', file({ id: '/a' }), '--force');
    expect(status).toBe(1);
    expect(marathon.asked).toEqual(['POST /v2/deployments/plan {"apps":[{"id":"/a"}],"force":true}']);
    for (const line of [
      /^start +\/a +h1/m,
      /^stop +\/a +h2 +a\.1$/m,
      /^wait +\/a +- +2 without a place$/m,
      /^ +h1 +InsufficientCpus$/m,
    ])
      expect(out).toMatch(line);
    expect(out).toContain('deployment d9');
    expect(out).toContain('The deployment would not end.');
  });

  it('say when nothing changes, nothing is known, or it is too much', async () => {
    const none = { ends: true, complete: true, cancels: [], start: [], stop: [], wait: [], agents: [] };
    const answer = async (more: object) => {
      marathon.answers.set('POST /v2/deployments/plan', { ...none, ...more });
      return (await meseta('group', 'plan', file({ id: '/g' }))).out;
    };
    expect(await answer({})).toBe('Nothing would change.\n');
    expect(await answer({ complete: false })).toBe('The change is too large to be rehearsed.\n');
    expect(await answer({ wait: [{ app: '/a', count: 1, refusals: [] }] })).toContain('No agent is known');
  });
});

describe('deployments', () => {
  it('are listed and shown with what they wait for', async () => {
    marathon.answers.set('GET /v2/deployments', [deployment]);
    expect((await meseta('deployment', 'list')).out).toMatch(
      /^d1-long +2\/2 +\/shop\/api +\/shop\/api: 2 of 3/m,
    );
    const { out } = await meseta('deployment', 'show', 'd1');
    expect(out).toMatch(/^1 +done +StartApplication +\/shop\/api$/m);
    expect(out).toMatch(/^2 +running +ScaleApplication +\/shop\/api$/m);
    marathon.answers.set('GET /v2/deployments', []);
    expect((await meseta('deployment', 'list')).out).toBe('No deployment is running.\n');
    expect((await meseta('deployment', 'watch', 'd1')).err).toContain("'meseta deployment list' lists them");
  });

  it('are taken back, or ended by force', async () => {
    marathon.answers.set('GET /v2/deployments', [deployment]);
    marathon.answers.set('DELETE /v2/deployments/d1-long', { version: 'v', deploymentId: 'd2' });
    expect((await meseta('deployment', 'cancel', 'd1', '--watch')).out).toBe('d1-long is being taken back\n');
    marathon.answers.set('DELETE /v2/deployments/d1-long', { status: 202, body: undefined });
    expect((await meseta('deployment', 'cancel', 'd1', '--force')).out).toBe(
      'd1-long has ended where it was\n',
    );
    expect(marathon.asked).toContain('DELETE /v2/deployments/d1-long?force=true');
  });
});

describe('versions of an app', () => {
  const versions = ['v3', 'v2', 'v1'];
  const definitions: Record<string, object> = {
    v1: { id: '/a', cmd: 'one', instances: 1, version: 'v1', labels: {} },
    v2: { id: '/a', cmd: 'two', instances: 1, version: 'v2', labels: { x: 'y' } },
    v3: { id: '/a', cmd: 'two', instances: 3, version: 'v3', labels: { x: 'y' } },
  };

  beforeEach(() => {
    marathon.answers.set('GET /v2/apps/a', { app: appView('/a') });
    marathon.answers.set('GET /v2/apps/a/versions', { versions });
    for (const [version, definition] of Object.entries(definitions))
      marathon.answers.set(`GET /v2/apps/a/versions/${version}`, definition);
  });

  it('are listed with what changed', async () => {
    const { out } = await meseta('app', 'history', 'a');
    expect(out).toMatch(/^v3 +3 +instances$/m);
    expect(out).toMatch(/^v2 +1 +cmd, labels\/x$/m);
    expect(out).toMatch(/^v1 +1 +made$/m);
  });

  it('are compared', async () => {
    expect((await meseta('app', 'diff', 'a')).out).toMatch(/^\/instances +1 +3$/m);
    const { out } = await meseta('app', 'diff', 'a', '--from=v1', '--to=v2');
    expect(out).toMatch(/^\/cmd +"one" +"two"$/m);
    expect(out).toMatch(/^\/labels\/x +- +"y"$/m);
    expect((await meseta('app', 'diff', 'a', '--from=v3')).out).toBe('There is no difference.\n');
  });

  it('are gone back to', async () => {
    marathon.answers.set('PUT /v2/apps/a', { version: 'v4', deploymentId: 'd' });
    expect((await meseta('app', 'rollback', 'a')).out).toBe('/a goes back to v2\n');
    expect((await meseta('app', 'rollback', 'a', '--to=v1')).out).toBe('/a goes back to v1\n');
    expect(marathon.asked).toContain('PUT /v2/apps/a?force=false {"version":"v1"}');
    marathon.answers.set('GET /v2/apps/a/versions', { versions: ['v1'] });
    expect((await meseta('app', 'rollback', 'a')).err).toContain('The app has no earlier version.');
  });
});
