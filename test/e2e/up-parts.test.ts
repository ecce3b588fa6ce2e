/**
 * One part of `meseta up` that ends by itself (an agent marked gone, a full disk): the others go on, it is said what
 * stopped and why, Ctrl-C stops the rest, and a start in the same folder has all of them again.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../bench/lb/kit';
import { canMount, SmallDisk } from '../cluster/runtime/small-disk';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { meseta, start, Up } from './meseta';

let folder: string;
let up: Up | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-parts-'));
});

afterEach(async () => {
  await up?.stop('SIGINT');
  up = undefined;
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

interface AgentRow {
  readonly id: string;
  readonly active: boolean;
}

const agents = async (): Promise<AgentRow[]> => {
  const { out } = await meseta(['agent', 'list', '--json'], { MESETA_MASTER: up?.place('master') ?? '' });
  return JSON.parse(out) as AgentRow[];
};

const firstAgent = (): Promise<AgentRow> =>
  eventually('an agent', async () => (await agents()).find(({ active }) => active));

const status = async (part: string, path: string): Promise<number> =>
  (await ask(Number(new URL(up?.place(part) ?? '').port), path).catch(() => ({ status: 0 }))).status;

test('an agent marked gone: the rest goes on, and the next start makes it a new one', async () => {
  up = await Up.start(join(folder, 'work'));
  const old = await firstAgent();
  const gone = await meseta(['agent', 'gone', old.id], { MESETA_MASTER: up.place('master') });
  expect(gone.status).toBe(0);
  await eventually('the word of it', () => up?.errors.includes('agent 1 stopped'));
  expect(up.errors).toContain(
    'meseta: agent 1 stopped: the master told the agent to shut down: Agent has been marked gone. ' +
      'The rest goes on; the next start in this folder makes it a new agent.\n',
  );
  expect([await status('master', '/health'), await status('marathon', '/ping')]).toEqual([200, 200]);
  expect(await status('lb', '/health')).toBe(200);
  await eventually('the agent hears nobody any more', async () => (await status('agent 1', '/health')) === 0);
  expect(await up.stop('SIGINT')).toBe(0);

  up = await Up.start(join(folder, 'work'));
  const fresh = await firstAgent();
  expect(fresh.id).not.toBe(old.id);
  expect(up.errors).toBe('');
  expect(await up.stop('SIGINT')).toBe(0);

  // The id that was gone, as a work folder of an earlier version or of another disk has it.
  const slaves = join(folder, 'work', 'agent-1', 'meta', 'slaves');
  rmSync(join(slaves, 'latest'));
  symlinkSync(old.id, join(slaves, 'latest'));
  up = await Up.start(join(folder, 'work'));
  const third = await firstAgent();
  expect([old.id, readdirSync(slaves).includes(third.id)]).not.toContain(third.id);
  expect(up.errors).toContain('meseta: agent 1 was marked gone before; it starts as a new agent.\n');
});

test('an agent of its own that is marked gone ends with the way to start it as a new one', async () => {
  up = await Up.start(join(folder, 'work'), ['--agents=0', '--no-lb', '--no-dns']);
  const master = new URL(up.place('master')).host;
  const workDir = join(folder, 'agent');
  // Another start has another port.
  const own = ['--ip=127.0.0.1', '--port=0', '--reconfiguration_policy=any'];
  const run = (): ChildProcess => start(['agent', `--master=${master}`, ...own, `--work_dir=${workDir}`]);
  const lastWords = async (child: ChildProcess): Promise<string> => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const [status] = (await once(child, 'close')) as [number];
    return `${status} ${text.split('\n').find((line) => line.startsWith('meseta')) ?? ''}`;
  };
  const words =
    '1 meseta stops: the master told the agent to shut down: Agent has been marked gone. ' +
    `To start as a new agent, remove ${join(workDir, 'meta', 'slaves', 'latest')}`;
  const first = run();
  const ended = lastWords(first);
  const { id } = await firstAgent();
  expect((await meseta(['agent', 'gone', id], { MESETA_MASTER: up.place('master') })).status).toBe(0);
  expect(await ended).toBe(words);
  expect(await lastWords(run())).toBe(words);
  rmSync(join(workDir, 'meta', 'slaves', 'latest'));
  const fresh = run();
  try {
    expect((await firstAgent()).id).not.toBe(id);
  } finally {
    fresh.kill('SIGTERM');
    await once(fresh, 'close');
  }
});

(canMount ? test : test.skip)(
  'a full disk: what serves goes on, and a start with room has all of it',
  async () => {
    const disk = SmallDisk.mount(join(folder, 'disk'), { size: '48m' });
    const work = join(disk.folder, 'work');
    try {
      up = await Up.start(work);
      await firstAgent();
      const app = join(folder, 'app.json');
      const json = { id: '/full', cmd: 'sleep 1000', cpus: 0.01, mem: 16, instances: 1 };
      writeFileSync(app, JSON.stringify(json));
      const marathon = { MESETA_MARATHON: up.place('marathon') };
      expect((await meseta(['app', 'create', app, '--wait'], marathon)).status).toBe(0);
      disk.fill();
      // Everything here wants to write: what cannot go on says so, and only that stops. An agent may be the first, which
      // leaves a deployment that locks the app.
      for (let instances = 2; instances < 40 && !up.errors.includes('Marathon stopped'); instances++)
        await meseta(['app', 'scale', '/full', String(instances), '--force'], marathon);
      await eventually('somebody stopped', () => up?.errors.includes('Marathon stopped: '));
      expect(up.errors).toMatch(
        /Marathon stopped: .*The rest goes on; once the cause is gone, stop with Ctrl-C/,
      );
      expect(await status('master', '/health')).toBe(200);
      expect(await status('lb', '/health')).toBe(200);
      expect(await up.stop('SIGINT')).toBe(0);
      disk.free();
      up = await Up.start(work);
      await firstAgent();
      await eventually('the app', async () => (await status('marathon', '/v2/apps//full')) === 200);
      expect(await up.stop('SIGINT')).toBe(0);
      up = undefined;
    } finally {
      await up?.stop('SIGINT');
      up = undefined;
      disk.unmount();
    }
  },
);
