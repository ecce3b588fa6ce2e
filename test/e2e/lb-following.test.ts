/**
 * Following Marathon: while it is down, without events, in a burst of them; and HAProxy that somebody kills.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { haproxyProcesses } from '../../lb/edge/processes';
import { startLb } from '../../lb/main';
import { appJson, taskJson } from '../lb/builders';
import { ask, backend, cleanups, deps, freePort, lbConfig, newFolder, stand, until } from './lb-stand';

afterEach(() => cleanups.run());

test('HAProxy that somebody kills comes back with the same apps', async () => {
  const { marathon, front, config } = await stand();
  const web = await backend('web');
  const host = { host: 'web.localhost' };
  marathon.change([
    appJson('/web', await freePort(), [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'web.localhost' },
    }),
  ]);
  await until('the app answers', async () => (await ask(front, '/', host)).status === 200);
  const kill = (): void => {
    for (const pid of haproxyProcesses(config)) process.kill(pid, 'SIGKILL');
  };
  await sleep(200);
  kill();
  await until('HAProxy is gone', async () => !(await ask(front).catch(() => undefined)));
  const span = await until('it is back', async () => (await ask(front, '/', host)).body === 'web');
  process.stderr.write(`HAProxy killed, back after ${span.toFixed(0)} ms\n`);
  const next = await freePort();
  marathon.change([...marathon.apps, appJson('/next', next, [taskJson('t2', [web.port])])]);
  await sleep(60);
  kill();
  await until(
    'a kill in the middle of a reload loses no change',
    async () => (await ask(next)).body === 'web',
  );
});

test('with Marathon down the last good configuration serves on, and a new Marathon is found', async () => {
  const { marathon, front } = await stand();
  const web = await backend('web');
  const servicePort = await freePort();
  const app = appJson('/web', servicePort, [taskJson('t1', [web.port])]);
  marathon.change([app]);
  await until('the app answers', async () => (await ask(servicePort)).status === 200);
  const { port } = new URL(marathon.url);
  await marathon.stop();
  await sleep(300);
  expect((await ask(servicePort)).body).toBe('web');
  const second = new FakeMarathon();
  const next = await freePort();
  second.apps = [app, appJson('/next', next, [taskJson('t2', [web.port])])];
  await second.start(Number(port));
  cleanups.add(() => second.stop());
  await until('the next app answers', async () => (await ask(next)).body === 'web');
  expect((await ask(front)).status).toBe(503);
});

test('without an event stream the apps are polled; the second Marathon address is tried', async () => {
  const dead = await freePort();
  const { marathon } = { marathon: new FakeMarathon() };
  marathon.streams = false;
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const config = lbConfig(`http://127.0.0.1:${dead}`, newFolder(), ['--marathon', marathon.url]);
  const lb = await startLb(config, deps);
  cleanups.add(() => lb.stop());
  const web = await backend('web');
  const servicePort = await freePort();
  marathon.change([appJson('/web', servicePort, [taskJson('t1', [web.port])])]);
  await until('the app answers', async () => (await ask(servicePort)).body === 'web');
  expect(JSON.parse((await ask(lb.http.port, '/health')).body)).toMatchObject({ marathon: 'polling' });
});

test('a burst of events becomes few readings', async () => {
  const { marathon } = await stand();
  await sleep(100);
  const before = marathon.reads;
  marathon.delayMs = 50;
  for (let n = 0; n < 100; n++) marathon.publish();
  await until('a reading', () => marathon.reads > before);
  await sleep(400);
  expect(marathon.reads - before).toBeLessThanOrEqual(3);
});
