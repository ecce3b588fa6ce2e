import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStore } from '../../../cluster/state/local';
import { describeZookeeper } from '../../cluster/zookeeper/setting';
import { runAt } from './run';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-state-'));
  file = join(folder, 'saved');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MARATHON = { form: '1', 'marathon/app/a': '{}', 'marathon/framework': '"F-1"' };
const EPHEMERAL = 1;

const folderOf = (name: string): string => join(folder, name);
const state = (...args: string[]) => runAt('', ['state', ...args]);

async function store(name: string, texts: Readonly<Record<string, string>>): Promise<LocalStore> {
  const local = await LocalStore.open(join(folderOf(name), 'state'));
  await local.commit(Object.entries(texts).map(([key, text]) => ({ name: key, value: Buffer.from(text) })));
  return local;
}

async function stored(name: string, texts: Readonly<Record<string, string>>): Promise<void> {
  await (await store(name, texts)).close();
}

async function textsOf(name: string): Promise<Record<string, string>> {
  const local = await store(name, {});
  const variables = await local.fetchAll('');
  await local.close();
  return Object.fromEntries(variables.map(({ name: key, value }) => [key, value.toString()]));
}

describe('meseta state', () => {
  it('saves a state, and restores it where there is none or that one may be replaced', async () => {
    await stored('old', { ...MARATHON, handover: '{}' });
    const saved = await state('export', 'marathon', file, '--work_dir', folderOf('old'));
    expect(saved).toEqual({ status: 0, out: `3 variables of marathon are in ${file}\n`, err: '' });
    const restored = await state('import', 'marathon', file, '--work_dir', folderOf('new'));
    expect(restored).toMatchObject({ status: 0, err: '' });
    expect(await textsOf('new')).toEqual(MARATHON);
    await stored('new', { 'marathon/app/b': '{}' });
    const refused = await state('import', 'marathon', file, '--work_dir', folderOf('new'));
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('--force replaces it') });
    const forced = await state('import', 'marathon', file, '--work_dir', folderOf('new'), '--force');
    expect(forced.status).toBe(0);
    expect(await textsOf('new')).toEqual(MARATHON);
  });

  it('refuses damaged files, newer ones and those of others, and leaves the place alone', async () => {
    await stored('old', MARATHON);
    await state('export', 'marathon', file, '--work_dir', folderOf('old'));
    const whole = readFileSync(file, 'utf8');
    for (const [component, text, reason] of [
      ['marathon', whole.slice(0, -5), 'saved is damaged'],
      ['marathon', whole.replace('"form":1', '"form":2'), 'newer version'],
      ['chronos', whole, 'saved has the state of marathon, not of chronos'],
      ['marathon', 'other', 'no file of a state'],
    ] as const) {
      writeFileSync(file, text);
      const refused = await state('import', component, file, '--work_dir', folderOf('new'));
      expect(refused).toMatchObject({ status: 1, err: expect.stringContaining(reason) });
    }
    expect(existsSync(folderOf('new'))).toBe(false);
  });

  it('refuses a component that runs, a place without its state, and words it does not know', async () => {
    const open = await store('old', MARATHON);
    const locked = await state('export', 'marathon', file, '--work_dir', folderOf('old'));
    expect(locked).toMatchObject({ status: 1, err: expect.stringContaining('another process') });
    await open.close();
    const foreign = await state('export', 'chronos', file, '--work_dir', folderOf('old'));
    expect(foreign).toMatchObject({ status: 1, err: expect.stringContaining('has no state of chronos') });
    const absent = await state('export', 'master', file, '--work_dir', folderOf('none'));
    expect(absent).toMatchObject({ status: 1, err: expect.stringContaining('has no state') });
    expect(existsSync(file)).toBe(false);
    for (const args of [
      ['dns', file, '--work_dir', folder],
      ['master', file],
      ['master', file, '--work_dir', folder, '--zk', 'zk://127.0.0.1:1/mesos'],
    ])
      expect((await state('export', ...args)).status).toBe(2);
  });
});

describeZookeeper('meseta state in ZooKeeper', (setting) => {
  it.each([
    ['marathon', MARATHON, 'leader-curator/_c_1-latch-0000000001'],
    ['chronos', { job_a: '{}', framework: '"F-1"' }, 'candidate/_c_1-latch-0000000001'],
    ['master', { registry: 'agents' }, 'json.info_0000000001'],
  ])('moves that of %s there and back, but under nobody who runs', async (component, texts, candidate) => {
    const path = setting.newPath();
    const zk = ['--zk', `zk://127.0.0.1:${setting.server.port}${path}`];
    await stored('old', texts);
    await state('export', component, file, '--work_dir', folderOf('old'));
    const node = `${path}/${candidate}`;
    const client = setting.client();
    await client.makePath(node.slice(0, node.lastIndexOf('/')));
    expect(await state('export', component, file, ...zk)).toMatchObject({
      status: 1,
      err: expect.stringContaining('has no state'),
    });
    await client.create(node, Buffer.alloc(0), EPHEMERAL);
    const running = await state('import', component, file, ...zk);
    expect(running).toMatchObject({ status: 1, err: expect.stringContaining('Stop every') });
    await client.remove(node);
    expect(await state('import', component, file, ...zk)).toMatchObject({ status: 0, err: '' });
    expect((await state('import', component, file, ...zk)).err).toContain('--force');
    expect((await state('import', component, file, ...zk, '--force')).status).toBe(0);
    expect((await state('export', component, join(folder, 'back'), ...zk)).status).toBe(0);
    expect(readFileSync(join(folder, 'back'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  });
});
