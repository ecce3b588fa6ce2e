import { MemoryStore } from '../../../../../cluster/state/memory';
import { assertForm, markForm } from '../../../../../frameworks/kit/edge/state/form';

const stored = async (text: string | undefined): Promise<MemoryStore> => {
  const store = new MemoryStore();
  if (text !== undefined) await store.commit([{ name: 'form', value: Buffer.from(text) }]);
  return store;
};

test.each<[before: string | undefined, after: string]>([
  [undefined, '2'],
  ['1', '2'],
  ['2', '2'],
])('a state of form %s is taken, and marked as %s', async (before, after) => {
  const store = await stored(before);
  await markForm(store, { what: 'Marathon', form: 2 });
  expect((await store.fetch('form')).value.toString()).toBe(after);
});

test('the mark is written once', async () => {
  const store = await stored('2');
  const { version } = await store.fetch('form');
  await markForm(store, { what: 'Marathon', form: 2 });
  expect((await store.fetch('form')).version).toBe(version);
});

test.each([
  ['3', '3'],
  ['later', 'NaN'],
])('a state of form "%s" is refused, and left as it is', async (text, shown) => {
  const store = await stored(text);
  const known = { what: 'Marathon', form: 2 };
  const error = `the state was written by a newer Marathon: it has form ${shown}, and this one reads up to form 2`;
  await expect(assertForm(store, known)).rejects.toThrow(error);
  await expect(markForm(store, known)).rejects.toThrow(error);
  expect((await store.fetch('form')).value.toString()).toBe(text);
});
