import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import type { RecorderMaker } from '../../../../cluster/runtime/mailbox';
import { FileRecorder, readRecording } from '../../../../cluster/runtime/recording/recording';
import { replay } from '../../../../cluster/runtime/recording/replay';
import { LocalStore } from '../../../../cluster/state/local';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';
import { parseChronosConfig } from '../../../../frameworks/chronos/config';
import { chronosReplay } from '../../../../frameworks/chronos/edge/machine';
import { type Chronos, startChronos } from '../../../../frameworks/chronos/main';
import { describeZookeeper, until } from '../../../cluster/zookeeper/setting';
import { FakeMaster } from '../../fake-master';

const MASTER = ['--master', '127.0.0.1:1', '--http_port', '0', '--hostname', '127.0.0.1'];
const DAILY = { schedule: 'R/2037-01-01T00:00:00Z/P1D', command: 'true' };

const opened: Chronos[] = [];
afterEach(async () => {
  for (const chronos of opened.splice(0)) await chronos.stop();
});

async function boot(
  args: readonly string[] = [],
  state?: StateStore,
  record?: RecorderMaker,
): Promise<Chronos> {
  const parsed = parseChronosConfig({ args: [...MASTER, ...args], env: {} });
  if (!('config' in parsed)) throw new Error('help');
  const chronos = await startChronos(parsed.config, {
    log: silentLogger,
    clock: systemClock(),
    state,
    record,
  });
  opened.push(chronos);
  return chronos;
}

async function ask(
  { http }: Chronos,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  const response = await fetch(http.url + path, {
    ...(body && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  return { status: response.status, text: await response.text() };
}

const create = (chronos: Chronos, name: string) => ask(chronos, '/v1/scheduler/iso8601', { ...DAILY, name });

const addressOf = (url: string): string => url.replace('http://', '');

async function namesOf(chronos: Chronos): Promise<string[]> {
  const { text } = await ask(chronos, '/v1/scheduler/jobs');
  return (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
}

describe('Chronos alone', () => {
  it('serves without a master, and has its jobs again after a restart', async () => {
    const state = new MemoryStore();
    const first = await boot([], state);
    expect(await create(first, 'a')).toEqual({ status: 204, text: '' });
    expect(await namesOf(first)).toEqual(['a']);
    expect(await ask(first, '/scheduler/leader')).toEqual({
      status: 200,
      text: `{"leader":"127.0.0.1:${first.http.port}"}`,
    });
    await first.stop();
    const second = await boot([], state);
    expect(await namesOf(second)).toEqual(['a']);
  });

  it('tells others the port of their side of a bridge', async () => {
    const chronos = await boot(['--port_on_host', '31000'], new MemoryStore());
    expect((await ask(chronos, '/v1/scheduler/leader')).text).toBe('{"leader":"127.0.0.1:31000"}');
  });

  it('records what happened so that it can be replayed to the same state', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chronos-record-'));
    const file = join(folder, 'recording');
    const chronos = await boot([], new MemoryStore(), (start) => new FileRecorder(file, start));
    for (const name of ['a', 'b']) expect((await create(chronos, name)).status).toBe(204);
    await chronos.stop();
    const again = replay(readRecording(readFileSync(file, 'utf8')), chronosReplay);
    expect(again).toMatchObject({ same: true });
    rmSync(folder, { recursive: true });
  });

  it('answers a write that cannot be stored, and ends', async () => {
    const state = new MemoryStore();
    state.commit = () => Promise.reject(new Error('the disk is full'));
    const parsed = parseChronosConfig({ args: MASTER, env: {} });
    if (!('config' in parsed)) throw new Error('help');
    let chronos: Chronos | undefined;
    const ended = new Promise<string>((resolve) => {
      const onEnd = (reason: string): void => {
        resolve(reason);
        void chronos?.stop();
      };
      const deps = { log: silentLogger, clock: systemClock(), state, onEnd };
      void startChronos(parsed.config, deps).then((started) => {
        chronos = started;
        void create(started, 'a').catch(() => undefined);
      });
    });
    expect(await ended).toBe('cannot store: the disk is full');
  });
});

test('without ZooKeeper every request is told why nobody leads', async () => {
  const chronos = await boot(['--zk_hosts', '127.0.0.1:1', '--zk_timeout', '500']);
  await until('the reason', async () => {
    const { status, text } = await ask(chronos, '/v1/scheduler/jobs');
    return status === 503 && text.includes('ZooKeeper cannot be reached');
  });
});

describeZookeeper('two Chronos with one ZooKeeper', (setting) => {
  const bootTwo = async (more: readonly string[] = []): Promise<readonly [Chronos, Chronos]> => {
    const args = [
      ...more,
      ...['--zk_hosts', `127.0.0.1:${setting.server.port}`],
      ...['--zk_path', setting.newPath(), '--zk_timeout', '2000'],
    ];
    const first = await boot(args);
    await until('the first', async () => (await ask(first, '/ping')).status === 200);
    const second = await boot(args);
    await until('the second', async () => (await ask(second, '/ping')).status === 200);
    return [first, second];
  };

  it('answer alike, with the leader that both name', async () => {
    const [first, second] = await bootTwo();
    expect((await create(second, 'a')).status).toBe(204);
    expect(await namesOf(first)).toEqual(['a']);
    expect(await namesOf(second)).toEqual(['a']);
    const leader = `{"leader":"127.0.0.1:${first.http.port}"}`;
    expect((await ask(second, '/v1/scheduler/leader')).text).toBe(leader);
    const refused = await ask(second, '/v1/scheduler/job/nobody');
    expect(refused).toEqual({
      status: 400,
      text: `{"message":"Job 'nobody' not found","status":"Bad Request"}`,
    });
  });

  it('tell balancers which of them leads', async () => {
    const [first, second] = await bootTwo();
    const leader = `127.0.0.1:${first.http.port}`;
    const shown = async (chronos: Chronos, path: string) => {
      const { status, text } = await ask(chronos, path);
      return [status, JSON.parse(text)];
    };
    await until('a standby', async () => (await ask(second, '/health')).status === 200);
    expect(await shown(first, '/health')).toEqual([200, { standing: 'leader', leader }]);
    expect(await shown(second, '/health')).toEqual([200, { standing: 'standby', leader }]);
    expect((await ask(first, '/health/leader')).status).toBe(200);
    expect((await ask(second, '/health/leader')).status).toBe(503);
  });

  it('have the jobs of the one that had a state on disk and leads first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meseta-chronos-move-'));
    setting.undo(() => rmSync(folder, { recursive: true, force: true }));
    const state = await LocalStore.open(join(folder, 'state'));
    const alone = await boot([], state);
    expect((await create(alone, 'a')).status).toBe(204);
    await alone.stop();
    await state.close();
    const [, second] = await bootTwo(['--work_dir', folder]);
    expect(await namesOf(second)).toEqual(['a']);
    expect(existsSync(join(folder, 'state.moved-to-zookeeper'))).toBe(true);
  });

  it('hand over the jobs when one ends', async () => {
    const [first, second] = await bootTwo();
    for (const name of ['a', 'b']) expect((await create(first, name)).status).toBe(204);
    await first.stop();
    await until('the next', async () => (await ask(second, '/ping')).status === 200);
    expect(await namesOf(second)).toEqual(['a', 'b']);
  });

  it('are one framework, whose id stays until the master has removed it', async () => {
    const master = await new FakeMaster().start();
    setting.undo(() => master.stop());
    const idOf = (call: scheduler.Call | undefined): string | undefined =>
      call?.subscribe?.framework_info.id?.value;
    const [first, second] = await bootTwo(['--master', addressOf(master.url)]);
    await until('a subscription', () => master.subscriptions.length === 1);
    expect(idOf(master.subscriptions[0])).toBeUndefined();
    // The answer to a write comes after the id is stored.
    expect((await create(first, 'a')).status).toBe(204);
    await first.stop();
    await until('the next', () => master.subscriptions.length === 2);
    expect(idOf(master.subscriptions[1])).toBe('F-0001');
    master.frameworkId = 'F-0002';
    master.send({ type: 'ERROR', error: { message: 'Framework has been removed' } });
    await until('a new framework', async () => {
      // As a master does after an error, once the error has been read.
      await new Promise((resolve) => setTimeout(resolve, 200));
      master.hangUp();
      return master.subscriptions.length > 2;
    });
    expect(idOf(master.subscriptions[2])).toBeUndefined();
    expect(await namesOf(second)).toEqual(['a']);
  });

  it('refuse with the reason while ZooKeeper is away, and go on with it', async () => {
    const [first, second] = await bootTwo();
    expect((await create(first, 'a')).status).toBe(204);
    await setting.server.kill();
    await until('the refusal', async () => (await ask(second, '/ping')).status === 503);
    const { text } = await ask(second, '/v1/scheduler/jobs');
    expect(JSON.parse(text)).toMatchObject({
      message: expect.stringMatching(/^Chronos: there is no leader: /),
      status: 'Service Unavailable',
    });
    await setting.server.run();
    for (const chronos of [first, second])
      await until('the way back', async () => (await ask(chronos, '/ping')).status === 200);
    expect(await namesOf(second)).toEqual(['a']);
  });
});
