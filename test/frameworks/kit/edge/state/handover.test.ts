import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { readStateFile, writeStateFile } from '../../../../../cluster/state/state-file';
import { requestHandover, takeOver } from '../../../../../frameworks/kit/edge/state/handover';

let folder: string;
let store: MemoryStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meseta handover-'));
  store = new MemoryStore();
  await store.commit([{ name: 'a', value: Buffer.from('1') }]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);
const url = (name: string): string => pathToFileURL(path(name)).href;
const texts = async () =>
  Object.fromEntries((await store.fetchAll('')).map(({ name, value }) => [name, value.toString()]));

it('saves first and restores then, once', async () => {
  await writeStateFile(path('new'), {
    component: 'marathon',
    variables: [{ name: 'b', value: Buffer.from('2') }],
  });
  await requestHandover(store, { backup: url('old'), restore: url('new') });
  await takeOver(store, { component: 'marathon', log: silentLogger });
  expect(await texts()).toEqual({ b: '2' });
  expect(await readStateFile(path('old'), 'marathon')).toMatchObject([{ name: 'a' }]);
  await store.commit([{ name: 'c', value: Buffer.from('3') }]);
  await takeOver(store, { component: 'marathon', log: silentLogger });
  expect(await texts()).toEqual({ b: '2', c: '3' });
});

it('does not restore when it cannot save, nor from a file that is not whole', async () => {
  await writeStateFile(path('new'), {
    component: 'marathon',
    variables: [{ name: 'b', value: Buffer.from('2') }],
  });
  writeFileSync(path('foreign'), 'mine');
  await requestHandover(store, { backup: url('foreign'), restore: url('new') });
  await takeOver(store, { component: 'marathon', log: silentLogger });
  expect(await texts()).toEqual({ a: '1' });
  await requestHandover(store, { restore: url('foreign') });
  await takeOver(store, { component: 'marathon', log: silentLogger });
  expect(await texts()).toEqual({ a: '1' });
});
