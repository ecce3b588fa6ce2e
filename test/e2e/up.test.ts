import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcesses } from '../../cluster/runtime/processes';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { meseta, start, Up } from './meseta';

const ROOT = join(__dirname, '..', '..');
const HELLO = join(ROOT, 'examples', 'hello.json');
const DEMO = join(ROOT, '.meseta-demo');

let folder: string;
let up: Up | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-up-'));
});

afterEach(async () => {
  await up?.stop('SIGINT');
  up = undefined;
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

/** Processes of tasks whose sandbox lies in our folder. */
const tasks = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(folder));

/** HAProxy processes that run our configuration. */
function haproxies(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const line = execFileSync('cat', [`/proc/${pid}/cmdline`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString();
      return line.includes('haproxy') && line.includes(folder);
    } catch {
      return false;
    }
  });
}

function openFiles(pid: string): string[] {
  const out = execFileSync('find', [`/proc/${pid}/fd`, '-type', 'l', '-printf', '%l\n']).toString();
  return out.split('\n').filter(Boolean);
}

function ask(front: string): Promise<string> {
  const { hostname, port } = new URL(front);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: hostname, port, agent: false, headers: { host: 'hello.localhost' } },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.on('end', () => resolve(answer.statusCode === 200 ? text : ''));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** Everybody who answers through HAProxy within a round of requests. */
async function answering(front: string): Promise<Set<string>> {
  const all = new Set<string>();
  for (let round = 0; round < 8; round++) all.add(await ask(front));
  all.delete('');
  return all;
}

function dig(place: string, name: string, type: string): string[] {
  const [server = '', port = ''] = place.split(':');
  const out = execFileSync('dig', ['+short', `@${server}`, '-p', port, name, type]).toString();
  return out.split('\n').filter(Boolean).sort();
}

test('an app is found by name and through HAProxy, a killed task is replaced everywhere, and a restart finds it again', async () => {
  up = await Up.start(join(folder, 'work'), ['--agents=2']);
  const marathon = { MESETA_MARATHON: up.place('marathon'), MESETA_MASTER: up.place('master') };
  const created = await meseta(['app', 'create', HELLO, '--wait'], marathon);
  expect(created).toMatchObject({ status: 0, out: '/hello is deployed\n' });
  const front = up.place('haproxy');
  const before = await eventually('three answers', async () => {
    const all = await answering(front);
    return all.size === 3 ? all : undefined;
  });
  const srv = (): string[] => dig(up?.place('dns') ?? '', '_hello._tcp.marathon.mesos', 'SRV');
  const records = await eventually('three records', () => (srv().length === 3 ? srv() : undefined));
  // HAProxy, which outlives us, has no store of ours open.
  expect(
    haproxies()
      .flatMap(openFiles)
      .filter((path) => path.includes('/state/')),
  ).toEqual([]);

  const [victim] = tasks();
  process.kill(victim ?? 0, 'SIGKILL');
  await eventually('another instance in HAProxy and DNS', async () => {
    const all = await answering(front);
    const changed = [...all].filter((answer) => !before.has(answer));
    const fresh = srv();
    return all.size === 3 && changed.length === 1 && fresh.length === 3 && fresh.join() !== records.join();
  });
  const listed = await meseta(['app', 'list'], marathon);
  expect(listed.out).toMatch(/\/hello +running +3\/3 +3\/3/);
  const shown = JSON.parse((await meseta(['app', 'show', '/hello', '--json'], marathon)).out) as {
    tasks: unknown[];
  };
  expect(shown.tasks).toHaveLength(3);
  expect((await meseta(['task', 'list'], marathon)).out.match(/running/g)).toHaveLength(3);
  expect((await meseta(['agent', 'list'], marathon)).out.match(/active/g)).toHaveLength(2);

  const agents = JSON.parse((await meseta(['agent', 'list', '--json'], marathon)).out) as { id: string }[];
  const drained = agents[0]?.id ?? '';
  expect((await meseta(['agent', 'drain', drained], marathon)).status).toBe(0);
  await eventually('three healthy instances beside the drained agent', async () => {
    const { out } = await meseta(['task', 'list', '--json'], marathon);
    const running = JSON.parse(out) as { slave_id: string; state: string }[];
    return (
      running.filter(({ slave_id, state }) => slave_id !== drained && state === 'TASK_RUNNING').length === 3
    );
  });
  await eventually('a drained agent', async () =>
    (await meseta(['agent', 'list'], marathon)).out.includes('drained'),
  );
  expect((await meseta(['agent', 'reactivate', drained], marathon)).status).toBe(0);

  expect(await up.stop('SIGINT')).toBe(0);
  expect([tasks(), haproxies()]).toEqual([[], []]);

  up = await Up.start(join(folder, 'work'), ['--agents=2']);
  const again = up.place('haproxy');
  await eventually('three answers after the restart', async () => (await answering(again)).size === 3);
  const scaled = await meseta(['app', 'scale', '/hello', '1', '--wait'], {
    MESETA_MARATHON: up.place('marathon'),
  });
  expect(scaled.status).toBe(0);
  await eventually('one task', () => tasks().length === 1);
  expect(
    (await meseta(['app', 'remove', '/hello', '--wait'], { MESETA_MARATHON: up.place('marathon') })).status,
  ).toBe(0);
  await eventually('no task', () => tasks().length === 0);
});

test('after kill -9 of everything a new start goes on with what was left', async () => {
  up = await Up.start(join(folder, 'work'));
  await meseta(['app', 'create', HELLO, '--wait'], { MESETA_MARATHON: up.place('marathon') });
  const left = tasks();
  await up.stop('SIGKILL');
  const [balancer] = haproxies();
  expect(left.length).toBeGreaterThanOrEqual(3);
  expect(tasks().sort()).toEqual(left.sort());
  up = await Up.start(join(folder, 'work'));
  const front = up.place('haproxy');
  await eventually('three answers', async () => (await answering(front)).size === 3);
  expect(left.filter((pid) => !tasks().includes(pid))).toEqual([]);
  expect(haproxies()).toContain(balancer);
});

test('the demo proves itself, records, and the recordings lead to the same states', async () => {
  const demo = await meseta(['demo', '--exit', '--free-ports']);
  expect(demo.err).toBe('Stopping ...\n');
  expect(demo.status).toBe(0);
  expect(demo.out).toMatch(/First answer.* through HAProxy [\d.]+ s after the start/);
  expect(demo.out.match(/IN {2}SRV/g)).toHaveLength(3);
  expect(demo.out.match(/hello from hello\.instance/g)).toHaveLength(3);
  await expectNothingLeft({ root: DEMO });
  const recordings = join(DEMO, 'recordings');
  const files = readdirSync(recordings).sort();
  const parts = ['agent-1', 'agent-2', 'chronos', 'dns-builder', 'dns', 'lb', 'marathon', 'master'];
  expect(files).toEqual(parts.map((part) => `${part}.rec`));
  for (const file of files) {
    const replayed = await meseta(['replay', join(recordings, file)]);
    expect(replayed).toMatchObject({ status: 0, err: '' });
    expect(replayed.out).toContain(': the same');
  }
});

test('a demo is stopped by the command it names, and a second one leaves its folder alone', async () => {
  const demo = start(['demo', '--free-ports']);
  let out = '';
  demo.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const ended = new Promise((resolve) => demo.once('close', resolve));
  const down = await eventually('the demo', () => /meseta (down --work-dir=\S+)', stops/.exec(out)?.[1]);
  await eventually('its proof', () => out.includes('It stays up'), 30_000);
  const second = await meseta(['demo', '--exit', '--free-ports']);
  expect(second).toMatchObject({ status: 1, out: '' });
  expect(second.err).toContain(`a demo runs already: process ${demo.pid}. 'meseta ${down}' stops it`);
  expect(await meseta(down.split(' '))).toMatchObject({ status: 0, err: '' });
  expect(await ended).toBe(0);
  await expectNothingLeft({ root: DEMO });
});

describe('what a user gets wrong is said with the fix', () => {
  it('a taken port names the flag', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => blocker.once('listening', ready));
    const { port } = blocker.address() as AddressInfo;
    const failed = await meseta([
      'up',
      '--free-ports=false',
      `--work-dir=${folder}`,
      `--master-port=${port}`,
    ]);
    blocker.close();
    expect(failed.status).toBe(1);
    expect(failed.err).toBe(
      `meseta: the master cannot listen on 127.0.0.1:${port}: the port is taken. ` +
        'Stop the process that uses it, or choose another port with --master-port.\n',
    );
  });

  it('a missing haproxy names the package', async () => {
    const failed = await meseta(['up', '--free-ports', `--work-dir=${folder}`, '--haproxy=/no/haproxy']);
    expect(failed.status).toBe(1);
    expect(failed.err).toContain('apt-get install haproxy');
  });

  it('a work folder in use, a wrong flag, a wrong command', async () => {
    up = await Up.start(join(folder, 'work'), ['--no-lb', '--no-dns']);
    const second = await meseta(['up', '--free-ports', `--work-dir=${join(folder, 'work')}`]);
    expect([second.status, second.err]).toEqual([1, expect.stringContaining('in use by another process')]);
    const flag = await meseta(['up', '--agnets=2']);
    expect([flag.status, flag.err]).toEqual([2, expect.stringContaining('Did you mean --agents?')]);
    const command = await meseta(['replya']);
    expect([command.status, command.err]).toEqual([2, expect.stringContaining('Did you mean replay?')]);
  });

  it('broken JSON, misspelt fields and an unreachable Marathon', async () => {
    const file = join(folder, 'app.json');
    writeFileSync(file, '{"id": "/x",');
    const broken = await meseta(['app', 'create', file]);
    expect([broken.status, broken.err]).toEqual([1, expect.stringContaining('is not JSON')]);
    writeFileSync(file, '{"id": "/x", "cmd": "true", "instnces": 2}');
    const misspelt = await meseta(['app', 'create', file]);
    expect([misspelt.status, misspelt.err]).toEqual([1, expect.stringContaining('did you mean /instances?')]);
    const nobody = await meseta(['app', 'list', '--marathon=http://127.0.0.1:1']);
    expect([nobody.status, nobody.err]).toEqual([1, expect.stringContaining("'meseta up'")]);
  });

  it('a damaged recording names the line', async () => {
    const file = join(folder, 'x.rec');
    writeFileSync(file, 'abc {"format":1}\n');
    const failed = await meseta(['replay', file]);
    expect([failed.status, failed.err]).toEqual([1, expect.stringContaining('line 1: damaged')]);
  });
});
