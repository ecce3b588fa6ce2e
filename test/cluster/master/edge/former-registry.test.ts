import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registry } from '../../../../cluster/api/generated/internal';
import { encodeProtobuf } from '../../../../cluster/api/protobuf';
import { masterFlags } from '../../../../cluster/master/config';
import { isBlankRegistry, moveFormer } from '../../../../cluster/master/edge/former-registry';
import { RegistryStore } from '../../../../cluster/master/edge/registry-store';
import { type RunningMaster, startMaster } from '../../../../cluster/master/main';
import { systemClock } from '../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../cluster/runtime/config/flags';
import { type Logger, silentLogger } from '../../../../cluster/runtime/log';
import { Timings } from '../../../../cluster/runtime/metrics';
import { LocalStore } from '../../../../cluster/state/local';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';
import { describeZookeeper, until } from '../../zookeeper/setting';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const registryOf = (role: string): Registry => ({
  master: { info: { id: `before-${role}`, ip: 1, port: 5050 } },
  slaves: { slaves: [{ info: { id: { value: `${role}-S0` }, hostname: role } }] },
  weights: [{ info: { role, weight: 2 } }],
});

/** A work folder as a master without `--zk` leaves it. */
async function workFolder(registry: Registry | Buffer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-former-'));
  folders.push(folder);
  const state = await LocalStore.open(join(folder, 'state'));
  const value = Buffer.isBuffer(registry)
    ? registry
    : Buffer.from(encodeProtobuf('mesos.internal.Registry', registry));
  await state.commit([{ name: 'registry', value }]);
  await state.close();
  return folder;
}

function storeIn(state: StateStore): RegistryStore {
  const timings = { fetch: new Timings('fetch'), store: new Timings('store') };
  const limits = { fetchMs: 5000, storeMs: 5000 };
  return new RegistryStore({ state, timings, limits, clock: systemClock() });
}

async function move(state: StateStore, folder: string): Promise<Registry> {
  const registry = storeIn(state);
  const found = await registry.fetch();
  return await moveFormer(registry, { found, folder: join(folder, 'state'), log: silentLogger });
}

const agentsOf = ({ slaves }: Registry) => slaves?.slaves?.map(({ info }) => info.id?.value);

describe('a registry on disk', () => {
  it('is moved if ZooKeeper has none, and its folder is renamed', async () => {
    const [state, folder] = [new MemoryStore(), await workFolder(registryOf('a'))];
    expect(agentsOf(await move(state, folder))).toEqual(['a-S0']);
    expect(readdirSync(folder)).toEqual(['state.moved-to-zookeeper']);
    expect(agentsOf(await storeIn(state).fetch())).toEqual(['a-S0']);
  });

  it('is moved if ZooKeeper has one with nothing but the name of a leader', async () => {
    const [state, folder] = [new MemoryStore(), await workFolder(registryOf('a'))];
    const registry = storeIn(state);
    const { master } = registryOf('new');
    await registry.fetch();
    await registry.store({ master, slaves: { slaves: [] }, schedules: [] });
    expect(agentsOf(await move(state, folder))).toEqual(['a-S0']);
  });

  it('stays where it is if ZooKeeper has another one, which counts', async () => {
    const state = new MemoryStore();
    await move(state, await workFolder(registryOf('a')));
    const other = await workFolder(registryOf('b'));
    expect(agentsOf(await move(state, other))).toEqual(['a-S0']);
    expect(readdirSync(other)).toEqual(['state']);
  });

  it('is not moved by the second of two masters that both found none', async () => {
    const state = new MemoryStore();
    const [mine, theirs] = [await workFolder(registryOf('a')), await workFolder(registryOf('b'))];
    const late = storeIn(state);
    const found = await late.fetch();
    await move(state, theirs);
    const moving = moveFormer(late, { found, folder: join(mine, 'state'), log: silentLogger });
    await expect(moving).rejects.toThrow('another master stored it');
    expect(readdirSync(mine)).toEqual(['state']);
    expect(agentsOf(await storeIn(state).fetch())).toEqual(['b-S0']);
  });

  it('is not moved twice, even if its folder was not renamed and all agents were removed since', async () => {
    const [state, folder] = [new MemoryStore(), await workFolder(registryOf('a'))];
    await move(state, folder);
    cpSync(join(folder, 'state.moved-to-zookeeper'), join(folder, 'state'), { recursive: true });
    const registry = storeIn(state);
    await registry.fetch();
    await registry.store({ slaves: { slaves: [] } });
    expect(agentsOf(await move(state, folder))).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(['state.moved-to-zookeeper', 'state.moved-to-zookeeper-2']);
  });

  it('that cannot be read, or is in use, stops the election with an error that names the folder and the fix', async () => {
    const broken = await workFolder(Buffer.from('no registry'));
    await expect(move(new MemoryStore(), broken)).rejects.toThrow('move the folder away to begin without it');
    const used = await workFolder(registryOf('a'));
    const holder = await LocalStore.open(join(used, 'state'));
    await expect(move(new MemoryStore(), used)).rejects.toThrow('in use by another process');
    await holder.close();
  });

  it('that is blank is left alone, and so is a folder that does not exist', async () => {
    const empty = await workFolder({ ...registryOf('a'), slaves: {}, weights: [] });
    expect(agentsOf(await move(new MemoryStore(), empty))).toBeUndefined();
    expect(readdirSync(empty)).toEqual(['state']);
    await move(new MemoryStore(), '/nowhere');
    expect(isBlankRegistry({})).toBe(true);
    expect(isBlankRegistry({ minimum_capabilities: [{ capability: 'QUOTA_V2' }] })).toBe(false);
  });
});

describeZookeeper('over ZooKeeper', (setting) => {
  async function join_(path: string, folder: string, lines: string[]): Promise<RunningMaster> {
    const zk = `--zk=zk://127.0.0.1:${setting.server.port}${path}`;
    const args = ['--port=0', zk, '--zk_session_timeout=6secs', `--work_dir=${folder}`];
    const { flags } = parseFlags(masterFlags, { command: 'test', about: '', args, env: {} });
    const say = (_fields: object, text: string): void => void lines.push(text);
    const log: Logger = { ...silentLogger, info: say, warn: say, child: () => log };
    const state = new MemoryStore();
    const master = await startMaster(flags, {
      log,
      clock: systemClock(),
      state,
      onEnd: (why) => lines.push(why),
    });
    setting.undo(() => master.stop());
    return master;
  }

  const recovered = (master: RunningMaster): Promise<string[]> =>
    until('a leader', async () => {
      const answer = await fetch(`${master.http.url}/state`, { redirect: 'manual' });
      if (answer.status !== 200) return undefined;
      const state = (await answer.json()) as { elected_time?: number; recovered_slaves: { id: string }[] };
      return state.elected_time !== undefined && state.recovered_slaves.map(({ id }) => id);
    });

  test('the first of two masters with a registry each moves its own, and the other leads with that later', async () => {
    const path = setting.newPath();
    const [mine, theirs] = [await workFolder(registryOf('a')), await workFolder(registryOf('b'))];
    const [said, heard]: [string[], string[]] = [[], []];
    const first = await join_(path, mine, said);
    expect(await recovered(first)).toEqual(['a-S0']);
    expect(said).toContain('the registry on disk was moved into ZooKeeper');
    expect(existsSync(join(mine, 'state'))).toBe(false);
    const second = await join_(path, theirs, heard);
    await first.stop();
    expect(await recovered(second)).toEqual(['a-S0']);
    expect(heard).toContainEqual(expect.stringMatching(/^ZooKeeper has a registry, so the one on disk/));
    expect(readdirSync(theirs)).toEqual(['state']);
    await second.stop();
    const again: string[] = [];
    expect(await recovered(await join_(path, mine, again))).toEqual(['a-S0']);
    expect(again.filter((line) => line.includes('on disk'))).toEqual([]);
  });
});
