import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../cluster/runtime/clock';
import { batchesOf, decodeJournal, encodeJournal, fitsOneBatch } from '../../../cluster/state/journal';
import { JournaledStore } from '../../../cluster/state/journaled';
import { MemoryStore } from '../../../cluster/state/memory';
import type { Change, StateStore } from '../../../cluster/state/store';
import { ZookeeperStore } from '../../../cluster/state/zookeeper';
import { describeZookeeper } from '../zookeeper/setting';
import { stateContract } from './contract';

const many = (count: number, text = 'x', prefix = 'n'): Change[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index}`, value: Buffer.from(text) }));

/** A store that takes so many commits, and then none. */
function limited(inner: StateStore, commits: number): StateStore {
  let left = commits;
  return {
    fetch: (name) => inner.fetch(name),
    fetchAll: (prefix) => inner.fetchAll(prefix),
    names: (prefix) => inner.names(prefix),
    close: () => inner.close(),
    commit: (changes) => (left-- > 0 ? inner.commit(changes) : Promise.reject(new Error('the power is out'))),
  };
}

stateContract('JournaledStore', () => JournaledStore.open(new MemoryStore()));

describe('a journal', () => {
  it('has all changes again', () => {
    const changes = [
      { name: 'a\nü', value: randomBytes(1000) },
      { name: 'gone', value: undefined },
      { name: 'empty', value: Buffer.alloc(0) },
    ];
    expect(decodeJournal(encodeJournal(changes))).toEqual(changes);
  });

  it('is applied in batches of bounded size, in its order', () => {
    const changes = [...many(3000), ...many(10, 'y'.repeat(150_000), 'large')];
    const batches = batchesOf(changes);
    expect(batches.flat()).toEqual(changes);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(1000);
      expect(batch.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)).toBeLessThanOrEqual(400_000);
    }
  });

  it('is for changes that one transaction does not take', () => {
    expect(fitsOneBatch([])).toBe(true);
    expect(fitsOneBatch(many(100))).toBe(true);
    expect(fitsOneBatch([{ name: 'a', value: Buffer.alloc(5_000_000) }])).toBe(true);
    expect(fitsOneBatch(many(3000))).toBe(false);
    expect(fitsOneBatch(many(10, 'y'.repeat(100_000)))).toBe(false);
  });
});

describe('a commit that is too large for one transaction', () => {
  const LARGE = many(3000);

  it('is whole after a crash at any of its steps, or has not happened', async () => {
    const inner = new MemoryStore();
    await inner.commit([{ name: 'before', value: Buffer.from('1') }]);
    for (let commits = 0; commits < 6; commits++) {
      const store = new MemoryStore();
      await store.commit([{ name: 'before', value: Buffer.from('1') }]);
      const crashing = await JournaledStore.open(limited(store, commits));
      await expect(crashing.commit(LARGE)).rejects.toThrow('the power is out');
      const after = await JournaledStore.open(store);
      expect(await after.names()).toHaveLength(commits === 0 ? 1 : 3001);
    }
    const whole = await JournaledStore.open(limited(inner, 6));
    expect(await whole.commit(LARGE)).toMatchObject({ ok: true });
    expect(await inner.names()).toHaveLength(3001);
  });

  it('is seen as a whole, and comes before later commits', async () => {
    const store = await JournaledStore.open(new MemoryStore());
    const large = store.commit(LARGE);
    const [names, later] = [store.names(), store.commit([{ name: 'n0', value: Buffer.from('later') }])];
    expect(await names).toHaveLength(3000);
    await Promise.all([large, later]);
    expect((await store.fetch('n0')).value.toString()).toBe('later');
  });

  it('does not hold later commits up when it fails', async () => {
    const inner = new MemoryStore();
    const { commit } = inner;
    inner.commit = () => Promise.reject(new Error('no'));
    const store = await JournaledStore.open(inner);
    const large = store.commit(LARGE);
    await expect(large).rejects.toThrow('no');
    inner.commit = commit;
    expect(await store.commit([{ name: 'a', value: Buffer.from('1') }])).toMatchObject({ ok: true });
  });
});

describeZookeeper('a journaled store in ZooKeeper', (setting) => {
  const open = async (path: string): Promise<StateStore> =>
    JournaledStore.open(
      await ZookeeperStore.open({
        client: setting.client({ sessionTimeoutMs: 10_000 }),
        clock: systemClock(),
        path,
      }),
    );

  it('takes commits of many megabytes with values larger than a node', async () => {
    const path = setting.newPath();
    const store = await open(path);
    const large = randomBytes(2_000_000);
    const changes = [...many(3000, 'y'.repeat(1000)), { name: 'large', value: large }];
    expect(await store.commit(changes)).toMatchObject({ ok: true });
    const again = await open(path);
    expect((await again.fetch('large')).value.equals(large)).toBe(true);
    expect(await again.names()).toHaveLength(3001);
  });
});
