import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWith } from './run';

const folder = mkdtempSync(join(tmpdir(), 'meseta-render-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const render = (path: string, ...args: string[]) => runWith({}, ['lb', 'render', '--apps', path, ...args]);

function file(name: string, json: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const labels = { HAPROXY_GROUP: 'external', HAPROXY_0_VHOST: 'web.example.com' };
const posted = { id: '/web', instances: 1, portDefinitions: [{ port: 0 }], labels };
const running = {
  ...posted,
  portDefinitions: [{ port: 10_005 }],
  tasks: [{ id: 't1', host: '127.0.0.1', ports: [31_000] }],
};

it('shows the example, of whatever group it is', async () => {
  const { status, out } = await render('examples/hello.json');
  expect(status).toBe(0);
  expect(out).toMatch(/^backend hello_10000$/m);
  expect(out).toMatch(/hello\.localhost/);
  expect(out.match(/^ {2}server 127_0_0_1_3100[012] 127\.0\.0\.1:3100[012] /gm)).toHaveLength(3);
});

it.each([
  ['an app', posted, 'backend web_10000'],
  ['a list of apps', [posted, { ...posted, id: '/other' }], 'backend other_10001'],
  ["Marathon's answer", { apps: [running] }, 'backend web_10005'],
])('takes %s', async (_what, json, backend) => {
  expect((await render(file('apps.json', json))).out.split('\n')).toContain(backend);
});

it('shows a group only where one is named', async () => {
  const { out } = await render(file('apps.json', posted), '--group', 'internal');
  expect(out).not.toMatch(/web_10000/);
});

it('says what is wrong with a file that has no apps', async () => {
  expect((await render(file('none.json', { app: [] }))).status).not.toBe(0);
  expect((await render(join(folder, 'nowhere.json'))).err).toMatch(/--apps: ENOENT/);
});
