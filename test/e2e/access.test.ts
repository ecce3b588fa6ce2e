/** Access to real daemons: the plugins of `examples/`, and starts that a bad plugin stops. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '../../cluster/runtime/http/client';
import { eventually } from './eventually';
import { freePort } from './masters';
import { meseta, start } from './meseta';

const EXAMPLES = join(__dirname, '../../examples');
const KEY = 'replace this text by a secret of yours';
/** Nobody listens there: Marathon answers without a master, too. */
const NO_MASTER = '--master=127.0.0.1:1';

const folder = mkdtempSync(join(tmpdir(), 'meseta-access-'));
const client = new HttpClient();
afterAll(async () => {
  await client.close();
  rmSync(folder, { recursive: true });
});

test('the plugins of the examples name senders and keep teams apart', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const plugins = `--plugin_conf=${EXAMPLES}/access/plugins.json`;
  const marathon = start(['marathon', NO_MASTER, `--http_port=${port}`, `--work_dir=${folder}/m`, plugins]);
  try {
    await eventually('the answer to a ping', async () => {
      const ping = await client.request({ url: `${url}/ping` }).catch(() => undefined);
      return ping?.status === 200;
    });
    const put = async (user: string, id: string, key = KEY) => {
      const answer = await client.request({
        method: 'PUT',
        url: `${url}/v2/apps${id}`,
        headers: { 'x-user': user, 'x-proxy-key': key },
        body: JSON.stringify({ cmd: 'sleep 1000', instances: 0 }),
      });
      return [answer.status, answer.body.toString()];
    };
    expect((await put('ann', '/shop/front'))[0]).toBe(201);
    expect(await put('ann', '/ops/mail')).toEqual([403, '{"message":"ann may change /shop only"}']);
    expect(await put('ann', '/shop/front', 'a guess of the key')).toEqual([
      401,
      '{"message":"Come by way of the proxy"}',
    ]);
    expect((await put('mallory', '/shop/front'))[0]).toBe(401);
  } finally {
    const ended = new Promise((resolve) => marathon.once('close', resolve));
    marathon.kill('SIGTERM');
    await ended;
  }
});

test.each([
  ['throws', 'export default () => { throw new Error("no key"); };', 'fails at its start: no key'],
  ['needs a module that is not there', 'import "./gone.mjs"; export default () => ({});', 'cannot be loaded'],
])('a plugin that %s stops the start with the reason', async (_what, code, reason) => {
  writeFileSync(join(folder, 'bad.mjs'), code);
  const plugins = { bad: { plugin: 'authenticator', implementation: 'bad.mjs' } };
  writeFileSync(join(folder, 'plugins.json'), JSON.stringify({ plugins }));
  const flags = [
    NO_MASTER,
    '--http_port=0',
    `--work_dir=${folder}/bad`,
    `--plugin_conf=${folder}/plugins.json`,
  ];
  const { status, err } = await meseta(['marathon', ...flags]);
  expect(status).toBe(1);
  expect(err).toContain(`the plugin ${folder}/bad.mjs ${reason}`);
});
