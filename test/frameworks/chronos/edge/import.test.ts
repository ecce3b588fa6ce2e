import { systemClock } from '../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';
import { IMPORT_FLAGS, importConfig } from '../../../../frameworks/chronos/config';
import { type Imported, importIntoChronos } from '../../../../frameworks/chronos/main';
import { describeZookeeper, type ZookeeperSetting } from '../../../cluster/zookeeper/setting';
import { frameworkIdNode, originalJob } from '../core/import/original-nodes';

const DAILY = { schedule: 'R/2037-01-01T00:00:00.000Z/P1D', command: 'true' };
const PERSISTENT = 0;

async function makeTree(setting: ZookeeperSetting, path: string): Promise<void> {
  const client = setting.client();
  await client.makePath(`${path}/state`);
  const nodes = [
    originalJob({ ...DAILY, name: 'a' }),
    originalJob({ name: 'b', parents: ['a'] }),
    frameworkIdNode('F-1'),
  ];
  for (const { name, data } of nodes)
    await client.create(`${path}/state/${name}`, Buffer.from(data), PERSISTENT);
}

function importFrom(port: number, args: readonly string[], state?: StateStore): Promise<Imported> {
  const { flags } = parseFlags(IMPORT_FLAGS, {
    command: 'meseta job import',
    about: '',
    args: ['--zk_hosts', `127.0.0.1:${port}`, '--zk_timeout', '2000', ...args],
    env: {},
  });
  return importIntoChronos(importConfig(flags), { log: silentLogger, clock: systemClock(), state });
}

test('an import without ZooKeeper says where it was looked for', async () => {
  await expect(importFrom(1, ['--zk_timeout', '500'])).rejects.toThrow(
    'ZooKeeper at 127.0.0.1:1 gave no answer',
  );
});

describeZookeeper('the import from a tree of the original', (setting) => {
  it('fills a store of ours, beside the tree or in a folder, and takes no job twice', async () => {
    const path = setting.newPath();
    await makeTree(setting, path);
    const { port } = setting.server;
    expect(await importFrom(port, ['--zk_path', path])).toEqual({
      jobs: ['a', 'b'],
      existing: [],
      frameworkId: 'F-1',
      faults: [],
      quarantined: [],
    });
    expect(await importFrom(port, ['--zk_path', path])).toMatchObject({ jobs: [], existing: ['a', 'b'] });
    const state = new MemoryStore();
    await importFrom(port, ['--zk_path', path], state);
    expect(await state.names()).toEqual(['framework', 'job_a', 'job_b', 'state_a', 'state_b']);
    expect(await importFrom(port, ['--zk_path', path, '--replace'], state)).toMatchObject({
      jobs: ['a', 'b'],
    });
  });

  it('says what ZooKeeper refused, and not that it gave no answer', async () => {
    const path = setting.newPath();
    await makeTree(setting, path);
    const client = setting.client({ auth: 'user:password@' });
    const step = {
      kind: 'create',
      path: `${path}/candidate`,
      data: Buffer.alloc(0),
      isPrivate: true,
    } as const;
    await client.transaction([step]);
    const { port } = setting.server;
    await expect(importFrom(port, ['--zk_path', path])).rejects.toThrow(
      /refused \(.*NO_AUTH\): see --zk_auth/,
    );
  });

  it('waits for the end of every Chronos, and for the right path', async () => {
    const path = setting.newPath();
    await makeTree(setting, path);
    const client = setting.client();
    await client.makePath(`${path}/candidate/_c_1-latch-0000000001`);
    const { port } = setting.server;
    await expect(importFrom(port, ['--zk_path', path])).rejects.toThrow('a Chronos runs');
    await expect(importFrom(port, ['--zk_path', '/nowhere'])).rejects.toThrow(
      '/nowhere/state does not exist',
    );
  });
});
