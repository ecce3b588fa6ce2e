import type { CheckpointChange, CheckpointEntry } from '../../../../../cluster/agent/core/state/entries';
import {
  commitOf,
  nameOf,
  OwnedNames,
  readEntries,
} from '../../../../../cluster/agent/edge/work-folder/checkpoint-entries';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { taskInfo } from '../../../master/builders';
import { readWords } from '../../../master/operation-words';
import { numberedUuid } from '../../../numbered-uuid';

const STATUS = { task_id: { value: 't' }, state: 'TASK_RUNNING', uuid: numberedUuid(1) } as const;
const UPDATE = { framework_id: { value: 'F' }, status: STATUS, timestamp: 1, uuid: numberedUuid(1) };
const EXECUTOR = { executor_id: { value: 'e' }, name: 'an executor', framework_id: { value: 'F' } };

type Stored = Exclude<CheckpointEntry, { readonly entry: 'boot' }>;

const ENTRIES: readonly Stored[] = [
  { entry: 'drain', value: { mark_gone: true } },
  { entry: 'agent', value: { hostname: 'h', port: 5051, id: { value: 'S0' }, checkpoint: true } },
  { entry: 'resources', value: readWords('cpus(db):1') },
  { entry: 'framework', frameworkId: 'F', value: { name: 'web', user: 'root', checkpoint: true } },
  {
    entry: 'executor',
    containerId: 'c1',
    value: { frameworkId: 'F', kind: 'command', completed: false, info: EXECUTOR },
  },
  { entry: 'task', containerId: 'c1', taskId: 't', value: taskInfo('t', 'S0') },
  { entry: 'update', containerId: 'c1', taskId: 't', number: 0, value: { type: 'UPDATE', update: UPDATE } },
  {
    entry: 'update',
    containerId: 'c1',
    taskId: 't',
    number: 10,
    value: { type: 'ACK', uuid: numberedUuid(2), update: UPDATE },
  },
];

async function storeWith(entries: readonly Stored[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.commit(await commitOf(new OwnedNames(store), entries));
  return store;
}

async function commit(store: MemoryStore, changes: readonly CheckpointChange[]): Promise<string[]> {
  await store.commit(
    await commitOf(
      new OwnedNames(store),
      changes.flatMap((change) => (change.entry === 'boot' ? [] : [change])),
    ),
  );
  return store.names();
}

test('every entry is read back as it was written', async () => {
  const { entries, errors } = await readEntries(await storeWith(ENTRIES));
  expect(errors).toEqual([]);
  expect(entries).toHaveLength(ENTRIES.length);
  for (const entry of ENTRIES) expect(entries).toContainEqual(entry);
});

test('an entry that cannot be read is told, and the others are read', async () => {
  const store = await storeWith(ENTRIES);
  const broken = ['frameworks/F', 'executors/c1', 'tasks/c1/t'];
  await store.commit(broken.map((name) => ({ name, value: Buffer.from('{"broken') })));
  await store.commit([{ name: 'agent/later', value: Buffer.from('of a later version') }]);
  const { entries, errors } = await readEntries(store);
  expect(errors.map(({ name }) => name)).toEqual(broken);
  expect(entries).toHaveLength(ENTRIES.length - broken.length);
});

test.each<[what: string, CheckpointChange, left: readonly string[]]>([
  ['an executor', { entry: 'executor', containerId: 'c1', value: undefined }, ['frameworks/F']],
  [
    'a task',
    { entry: 'task', containerId: 'c1', taskId: 't', value: undefined },
    ['executors/c1', 'frameworks/F'],
  ],
])('%s is removed with all that belongs to it', async (_what, removal, left) => {
  const store = await storeWith(ENTRIES);
  const others = ['agent/drain', 'agent/info', 'agent/resources'];
  expect((await commit(store, [removal])).sort()).toEqual([...others, ...left].sort());
});

test('what belongs to a removed entry is removed even if it is in the same commit', async () => {
  const removal = { entry: 'executor', containerId: 'c1', value: undefined } as const;
  expect(await commit(new MemoryStore(), [...ENTRIES.slice(4), removal])).toEqual([]);
});

test('the tasks of other containers stay', async () => {
  const other = { entry: 'task', containerId: 'c10', taskId: 't', value: taskInfo('t', 'S0') } as const;
  const store = await storeWith([...ENTRIES.slice(4), other]);
  const removal = { entry: 'executor', containerId: 'c1', value: undefined } as const;
  expect(await commit(store, [removal])).toEqual([nameOf(other)]);
});

test('the names of a container follow the commits, and are read from the store once', async () => {
  const store = await storeWith(ENTRIES);
  const owned = new OwnedNames(store);
  const reads = jest.spyOn(store, 'names');
  expect([...(await owned.of('c1'))].sort()).toEqual(['tasks/c1/t', 'updates/c1/t/0', 'updates/c1/t/10']);
  owned.follow([
    { name: 'tasks/c1/t', value: undefined },
    { name: 'tasks/c2/u', value: Buffer.from('') },
    { name: 'executors/c2', value: Buffer.from('') },
  ]);
  expect([...(await owned.of('c1'))].sort()).toEqual(['updates/c1/t/0', 'updates/c1/t/10']);
  expect([...(await owned.of('c2'))]).toEqual(['tasks/c2/u']);
  expect(reads.mock.calls).toEqual([['tasks/'], ['updates/']]);
});
