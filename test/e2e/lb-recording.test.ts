/**
 * `--record`: the recording of a load balancer with a real HAProxy, with reloads and a drain, ends in the same state again.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { ask, freePort, lbConfig, send, until, webServer } from '../../bench/lb/kit';
import { FileRecorder, readRecording } from '../../cluster/runtime/recording/recording';
import { replay } from '../../cluster/runtime/recording/replay';
import { lbMachine } from '../../lb/core/step';
import { startLb } from '../../lb/main';
import { appJson, taskJson } from '../lb/builders';
import { cleanups, deps, newFolder } from './lb-stand';

afterEach(() => cleanups.run());

test('a run with a reload, a drain and a stop is replayed to the same state', async () => {
  const webs = [await webServer('one', cleanups), await webServer('two', cleanups)];
  const [port, other] = [await freePort(), await freePort()];
  const tasks = webs.map((web, index) => taskJson(`/web.${index}`, [web.port]));
  const marathon = new FakeMarathon();
  marathon.apps = [appJson('/web', port, tasks)];
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const file = join(newFolder(), 'lb.rec');
  const record = (start: { machine: string; boot: unknown }) => new FileRecorder(file, start);
  const lb = await startLb(lbConfig(marathon.url, newFolder()), { ...deps, record });
  let stopped = false;
  cleanups.add(() => (stopped ? undefined : lb.stop()));
  await until('served', async () => (await ask(port)).status === 200);
  marathon.apps = [...marathon.apps, appJson('/other', other, [taskJson('/other.0', [webs[0]?.port ?? 0])])];
  marathon.publish();
  await until('the second app is served', async () => (await ask(other)).status === 200);
  const api = `http://127.0.0.1:${lb.http.port}`;
  const drained = await send('POST', `${api}/v1/drains`, { task: '/web.0', deadlineMs: 5000 });
  expect(drained).toMatchObject({ state: 'out', connections: 0 });
  expect(await send('PUT', `${api}/v1/weights`, { app: '/web', weight: 7 })).toEqual({ '/web': 7 });
  stopped = true;
  await lb.stop();
  expect(existsSync(file)).toBe(true);
  const { effects, same, state } = replay(readRecording(readFileSync(file, 'utf8')), lbMachine);
  expect(same).toBe(true);
  expect((state as ReturnType<typeof lbMachine.init>).refresh.reloads).toBeGreaterThanOrEqual(1);
  const kinds = [
    'resolve',
    'compare',
    'command',
    'check',
    'reload',
    'write',
    'serve',
    'count',
    'answer-drain',
  ];
  expect(kinds.filter((kind) => !effects.has(kind))).toEqual([]);
});
