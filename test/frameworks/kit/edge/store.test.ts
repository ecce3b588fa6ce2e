import { MemoryStore } from '../../../../cluster/state/memory';
import type { StateStore } from '../../../../cluster/state/store';
import { loadStored, performStore } from '../../../../frameworks/kit/edge/store';

async function storeAll(state: StateStore, changes: Readonly<Record<string, string | undefined>>) {
  const answers: unknown[] = [];
  const list = Object.entries(changes).map(([name, value]) => ({ name, value }));
  await performStore(state, { kind: 'store', ticket: 7, changes: list }, (answer) => answers.push(answer));
  return answers;
}

test('changes are stored and reported with their ticket', async () => {
  const state = new MemoryStore();
  expect(await storeAll(state, { 'x/a': '1', 'x/b': '2', 'y/c': '3' })).toEqual([
    { kind: 'stored', ticket: 7 },
  ]);
  await storeAll(state, { 'x/a': undefined });
  expect(await loadStored(state, 'x/')).toEqual([{ name: 'x/b', text: '2' }]);
});

test('a commit that another process has overtaken is reported as failed', async () => {
  const state = new MemoryStore();
  state.commit = () => Promise.resolve({ ok: false, conflict: 'x/a' });
  expect(await storeAll(state, { 'x/a': '1' })).toEqual([
    { kind: 'store.failed', ticket: 7, reason: 'x/a was changed by somebody else' },
  ]);
});

test('a commit that throws is reported as failed', async () => {
  const state = new MemoryStore();
  state.commit = () => Promise.reject(new Error('the disk is full'));
  expect(await storeAll(state, { 'x/a': '1' })).toEqual([
    { kind: 'store.failed', ticket: 7, reason: 'the disk is full' },
  ]);
});
