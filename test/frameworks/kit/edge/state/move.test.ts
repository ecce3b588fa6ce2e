import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { LocalStore } from '../../../../../cluster/state/local';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { moveFromDisk } from '../../../../../frameworks/kit/edge/state/move';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'meseta-move-'));
  folder = join(parent, 'state');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

async function onDisk(texts: Readonly<Record<string, string>>): Promise<void> {
  const store = await LocalStore.open(folder);
  await store.commit(Object.entries(texts).map(([name, text]) => ({ name, value: Buffer.from(text) })));
  await store.close();
}

const texts = async (store: MemoryStore) =>
  Object.fromEntries((await store.fetchAll('')).map(({ name, value }) => [name, value.toString()]));

const move = (store: MemoryStore) => moveFromDisk(store, { folder, log: silentLogger });

it('moves a state once, and keeps its folder under another name', async () => {
  const store = new MemoryStore();
  await onDisk({ 'm/framework': 'F1', 'm/app': 'a' });
  await move(store);
  expect(await texts(store)).toEqual({ 'm/framework': 'F1', 'm/app': 'a' });
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(`${folder}.moved-to-zookeeper`)).toBe(true);
  await move(store);
  expect(await texts(store)).toEqual({ 'm/framework': 'F1', 'm/app': 'a' });
});

it('leaves both alone where there are two', async () => {
  const store = new MemoryStore();
  await store.commit([{ name: 'm/framework', value: Buffer.from('F2') }]);
  await onDisk({ 'm/framework': 'F1' });
  await move(store);
  expect(await texts(store)).toEqual({ 'm/framework': 'F2' });
  expect(existsSync(folder)).toBe(true);
});

it('has nothing to do without a state on disk', async () => {
  const store = new MemoryStore();
  await move(store);
  await onDisk({});
  await move(store);
  expect(await store.names()).toEqual([]);
  expect(existsSync(folder)).toBe(true);
});
