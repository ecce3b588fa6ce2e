import { MemoryStore } from '../../../cluster/state/memory';
import { replaceState } from '../../../cluster/state/replace';

const value = (text: string): Buffer => Buffer.from(text);

it('replaces every variable in one commit', async () => {
  const store = new MemoryStore();
  await store.commit([
    { name: 'old', value: value('1') },
    { name: 'both', value: value('1') },
  ]);
  await replaceState(store, [
    { name: 'both', value: value('2') },
    { name: 'new', value: value('2') },
  ]);
  const variables = await store.fetchAll('');
  expect(variables.map(({ name, value }) => [name, value.toString()])).toEqual([
    ['both', '2'],
    ['new', '2'],
  ]);
});

it('says when it cannot be stored', async () => {
  const store = new MemoryStore();
  store.commit = () => Promise.resolve({ ok: false, conflict: 'a' });
  await expect(replaceState(store, [])).rejects.toThrow('a was changed by somebody else');
});
