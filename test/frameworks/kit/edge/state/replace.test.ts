import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { ZookeeperStore } from '../../../../../cluster/state/zookeeper';
import { replaceState, unfinishedSource } from '../../../../../frameworks/kit/edge/state/replace';
import { describeZookeeper } from '../../../../cluster/zookeeper/setting';

const value = (text: string): Buffer => Buffer.from(text);

it('replaces every variable, in commits of bounded size', async () => {
  const store = new MemoryStore();
  await store.commit([{ name: 'old', value: value('1') }]);
  const commits: number[] = [];
  const { commit } = store;
  store.commit = (changes) => {
    commits.push(changes.length);
    return commit.call(store, changes);
  };
  const variables = Array.from({ length: 1200 }, (_, index) => ({ name: `n${index}`, value: value('x') }));
  await replaceState(store, variables, 'there');
  expect(Math.max(...commits)).toBeLessThanOrEqual(500);
  expect((await store.fetchAll('')).map(({ name }) => name).sort()).toEqual(
    variables.map(({ name }) => name).sort(),
  );
  expect(await unfinishedSource(store)).toBeUndefined();
});

it('leaves a mark with its source when it is cut short, and can be done again', async () => {
  const store = new MemoryStore();
  const { commit } = store;
  let left = 2;
  store.commit = (changes) =>
    left-- > 0 ? commit.call(store, changes) : Promise.reject(new Error('the power is out'));
  const variables = Array.from({ length: 600 }, (_, index) => ({ name: `n${index}`, value: value('x') }));
  await expect(replaceState(store, variables, 'there')).rejects.toThrow('the power is out');
  expect(await unfinishedSource(store)).toBe('there');
  store.commit = commit;
  await replaceState(store, variables, 'there');
  expect(await unfinishedSource(store)).toBeUndefined();
  expect(await store.names()).toHaveLength(600);
});

describeZookeeper('a state in ZooKeeper', (setting) => {
  it('may be larger than a transaction, and have values larger than a node', async () => {
    const store = await ZookeeperStore.open({
      client: setting.client({ sessionTimeoutMs: 10_000 }),
      clock: systemClock(),
      path: setting.newPath(),
    });
    const large = randomBytes(3_000_000);
    const variables = [
      { name: 'large', value: large },
      ...Array.from({ length: 3000 }, (_, index) => ({ name: `n${index}`, value: value('y'.repeat(1000)) })),
    ];
    await replaceState(store, variables, 'there');
    expect((await store.fetch('large')).value.equals(large)).toBe(true);
    expect(await store.names()).toHaveLength(3001);
  });
});
