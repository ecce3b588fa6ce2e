import { randomBytes } from 'node:crypto';
import zookeeper from 'node-zookeeper-client';
import { systemClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { store } from '../../../cluster/state/store';
import { ZookeeperStore } from '../../../cluster/state/zookeeper';
import { DeposedError, type ZkPort } from '../../../cluster/state/zookeeper-calls';
import { readZkUrl, type ZkUrl } from '../../../cluster/zookeeper/core/url';
import { ZkClient, ZkError } from '../../../cluster/zookeeper/edge/client';
import { Relay } from '../zookeeper/relay';
import { describeZookeeper, until } from '../zookeeper/setting';
import { stateContract } from './contract';

const bytes = (text: string): Buffer => Buffer.from(text);

describeZookeeper('with a real ZooKeeper', (setting) => {
  const newPath = (): string => setting.newPath();
  const client = (port?: number, sessionTimeoutMs = 4000): ZkClient =>
    setting.client({ sessionTimeoutMs, ...(port !== undefined && { ports: [port] }) });

  const open = (path = newPath(), zk: ZkPort = client()): Promise<ZookeeperStore> =>
    ZookeeperStore.open({ client: zk, clock: systemClock(), path, patienceMs: 20_000 });

  stateContract('ZookeeperStore', () => open());

  /** A node that goes with the session that made it, as that of a candidate. */
  async function candidacy(zk: ZkClient): Promise<string> {
    await zk.makePath('/election');
    return await zk.create('/election/json.info_', bytes('{}'), zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL);
  }

  test('values of 5 MB are kept whole, compressed where that helps, and leave nothing when they go', async () => {
    const path = newPath();
    const zk = client();
    const state = await open(path, zk);
    const hard = randomBytes(5_000_000);
    const easy = Buffer.alloc(5_000_000, 'all agents of a registry look alike ');
    for (const value of [hard, easy, randomBytes(5_000_000)]) {
      const stored = await store(state, await state.fetch('big'), value);
      const variable = await (await open(path)).fetch('big');
      expect([variable.version, variable.value.equals(value)]).toEqual([stored?.version, true]);
    }
    await state.commit([{ name: 'small', value: bytes('1') }]);
    expect((await state.fetchAll('')).map(({ name, value }) => [name, value.length])).toEqual([
      ['big', 5_000_000],
      ['small', 1],
    ]);
    await state.commit([{ name: 'big', value: undefined }]);
    expect((await state.fetch('big')).version).toBe(0);
    await until('the end of it', async () => (await zk.children(`${path}/parts`)).length === 0);
  });

  test('many middling values of one commit are stored together', async () => {
    const state = await open();
    const values = Array.from({ length: 20 }, () => randomBytes(100_000));
    const done = await state.commit(values.map((value, index) => ({ name: `v${index}`, value, version: 0 })));
    expect(done.ok).toBe(true);
    for (const { name, value } of await state.fetchAll(''))
      expect(values[Number(name.slice(1))]?.equals(value)).toBe(true);
    const all = Array.from({ length: 3000 }, (_, index) => ({ name: `x${index}`, value: bytes('1') }));
    await expect(state.commit(all)).rejects.toThrow('does not fit into one transaction');
  });

  test('with credentials nobody else reads what is kept', async () => {
    const path = newPath();
    const url = readZkUrl(`zk://mesos:secret@127.0.0.1:${setting.server.port}/`) as ZkUrl;
    const zk = new ZkClient({ url, sessionTimeoutMs: 4000, log: silentLogger });
    setting.undo(() => zk.stop());
    zk.start();
    const state = await open(path, zk);
    await state.commit([{ name: 'a', value: randomBytes(1_000_000) }]);
    const [part] = await zk.children(`${path}/parts`);
    const stranger = client();
    for (const node of ['head', 'variables/v.a', `parts/${part}`])
      await expect(stranger.get(`${path}/${node}`)).rejects.toMatchObject({ code: 'NO_AUTH' });
  });

  test('two who write to the same place see and respect each other', async () => {
    const path = newPath();
    const former = await open(path);
    const later = await open(path);
    const first = await store(former, await former.fetch('a'), bytes('1'));
    const seen = await later.fetch('a');
    expect(seen).toEqual(first);
    expect(await store(later, seen, bytes('2'))).toBeDefined();
    expect(await former.commit([{ name: 'a', value: bytes('late'), version: seen.version }])).toEqual({
      ok: false,
      conflict: 'a',
    });
    const counts = await Promise.all(
      [former, later].flatMap((state) =>
        Array.from({ length: 20 }, async () => {
          for (;;) {
            const before = await state.fetch('n');
            const count = Number(before.value.toString() || '0');
            if (await store(state, before, bytes(`${count + 1}`))) return count;
          }
        }),
      ),
    );
    expect(counts.sort((left, right) => left - right)).toEqual(
      Array.from({ length: 40 }, (_, index) => index),
    );
  });

  test('half a large value that was being written when its writer died is never seen, and swept away', async () => {
    const path = newPath();
    const zk = client();
    const state = await open(path, zk);
    const before = await store(state, await state.fetch('a'), randomBytes(2_000_000));
    const real = client();
    const dying: ZkPort = Object.assign(Object.create(real) as ZkPort, {
      transaction: async (steps: Parameters<ZkPort['transaction']>[0]) => {
        if (steps.some(({ path: stepPath }) => stepPath.endsWith('/head')))
          throw new ZkError('CLOSED', 'died');
        await real.transaction(steps);
      },
    });
    const other = await open(path, dying);
    await expect(store(other, await other.fetch('a'), randomBytes(2_000_000))).rejects.toThrow('CLOSED');
    const parts = (await zk.children(`${path}/parts`)).length;
    expect((await state.fetch('a')).version).toBe(before?.version);
    await state.claim(await candidacy(zk));
    expect((await zk.children(`${path}/parts`)).length).toBe(parts / 2);
    expect((await state.fetch('a')).version).toBe(before?.version);
  });

  test('who was deposed cannot write any more, and what it had under way cannot come later', async () => {
    const path = newPath();
    const old = client();
    const young = client();
    const node = await candidacy(old);
    const deposed = new ZookeeperStore({ client: old, clock: systemClock(), path });
    await deposed.claim(node);
    const mine = await store(deposed, await deposed.fetch('registry'), bytes('of the old one'));
    // The old one still believes in itself, as after a pause of its process.
    await young.remove(node);
    const leader = new ZookeeperStore({ client: young, clock: systemClock(), path });
    await leader.claim(await candidacy(young));
    expect(await leader.fetch('registry')).toEqual(mine);
    const late = mine && store(deposed, mine, bytes('late'));
    await expect(late).rejects.toThrow(DeposedError);
    await expect(deposed.commit([{ name: 'x', value: randomBytes(1_000_000) }])).rejects.toThrow(
      DeposedError,
    );
    expect((await leader.fetch('registry')).value.toString()).toBe('of the old one');
    expect(mine && (await store(leader, mine, bytes('of the new one')))).toBeDefined();
    await expect(deposed.claim(node)).rejects.toThrow(DeposedError);
  });

  test.each(['before it arrived', 'after it was stored'])(
    'a commit whose connection is cut %s is looked up before anything is said of it',
    async (when) => {
      const wire = await Relay.start(setting.server.port);
      setting.undo(() => wire.stop());
      const path = newPath();
      const real = client(wire.port);
      let cut = true;
      const zk: ZkPort = Object.assign(Object.create(real) as ZkPort, {
        transaction: async (steps: Parameters<ZkPort['transaction']>[0]) => {
          if (!cut || !steps.some(({ path: stepPath }) => stepPath.includes('/variables/')))
            return await real.transaction(steps);
          cut = false;
          if (when === 'after it was stored') await real.transaction(steps);
          wire.cut();
          throw new ZkError('CONNECTION_LOSS', 'cut');
        },
      });
      const state = await open(path, zk);
      const versions = new Set<number>();
      for (const text of ['1', '2', '3']) {
        const stored = await store(state, await state.fetch('a'), bytes(text));
        expect(stored?.version).toBe((await state.fetch('a')).version);
        versions.add(stored?.version ?? 0);
      }
      expect([cut, versions.size]).toEqual([false, 3]);
      expect((await state.fetch('a')).value.toString()).toBe('3');
    },
  );

  test('under a wire that is cut again and again, what is acknowledged is stored once and in order', async () => {
    const wire = await Relay.start(setting.server.port);
    setting.undo(() => wire.stop());
    const path = newPath();
    const state = await open(path, client(wire.port, 2000));
    const cutter = setInterval(() => wire.cut(), 150);
    setting.undo(async () => clearInterval(cutter));
    for (let count = 0; count < 30; count++) {
      const before = await state.fetch('n');
      expect(before.value.toString()).toBe(count === 0 ? '' : `${count}`);
      expect(await store(state, before, bytes(`${count + 1}`))).toBeDefined();
    }
    clearInterval(cutter);
    expect((await (await open(path)).fetch('n')).value.toString()).toBe('30');
  });
});
