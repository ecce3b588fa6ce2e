/**
 * The entries of the agent's checkpoint as variables of its store.
 *
 *     agent/info  agent/resources  agent/drain  operations/U  frameworks/F  executors/C  tasks/C/T  updates/C/T/N
 *
 * U is the uuid of an operation in hexadecimal digits. F, C and T are ids of frameworks, containers and tasks, which have
 * no slash; N counts the updates of a task. Values are protobuf messages of Mesos. That of an executor has a line of JSON
 * before it, with what the message has no field for.
 */

import type { ExecutorInfo } from '../../../api/generated/mesos';
import { decodeProtobuf, encodeProtobuf } from '../../../api/protobuf';
import { errorText } from '../../../model/error-text';
import type { Change, StateStore, Variable } from '../../../state/store';
import type { CheckpointChange, CheckpointEntry, ExecutorRecord } from '../../core/state/entries';

/** The boot id is in a file and no variable (checkpoint.ts). */
type StoredChange = Exclude<CheckpointChange, { readonly entry: 'boot' }>;
type StoredEntry = Exclude<CheckpointEntry, { readonly entry: 'boot' }>;

const RESOURCES_MESSAGE = 'mesos.internal.CheckpointResourcesMessage';
const UPDATE_MESSAGE = 'mesos.internal.StatusUpdateRecord';

/** The name of the variable of an entry. */
export function nameOf(change: StoredChange): string {
  switch (change.entry) {
    case 'agent':
      return 'agent/info';
    case 'resources':
    case 'drain':
      return `agent/${change.entry}`;
    case 'operation':
      return `operations/${Buffer.from(change.uuid, 'base64').toString('hex')}`;
    case 'framework':
      return `frameworks/${change.frameworkId}`;
    case 'executor':
      return `executors/${change.containerId}`;
    case 'task':
      return `tasks/${change.containerId}/${change.taskId}`;
    case 'update':
      return `updates/${change.containerId}/${change.taskId}/${change.number}`;
  }
}

function encodeValue(change: StoredChange): Uint8Array | undefined {
  if (change.value === undefined) return undefined;
  switch (change.entry) {
    case 'agent':
      return encodeProtobuf('mesos.internal.SlaveInfo', change.value);
    case 'resources':
      return encodeProtobuf(RESOURCES_MESSAGE, { resources: change.value });
    case 'drain':
      return encodeProtobuf('mesos.v1.DrainConfig', change.value);
    case 'operation':
      return encodeProtobuf('mesos.v1.Operation', change.value);
    case 'framework':
      return encodeProtobuf('mesos.v1.FrameworkInfo', change.value);
    case 'executor':
      return encodeExecutor(change.value);
    case 'task':
      return encodeProtobuf('mesos.v1.TaskInfo', change.value);
    case 'update':
      return encodeProtobuf(UPDATE_MESSAGE, change.value);
  }
}

function encodeExecutor({ info, ...rest }: ExecutorRecord): Uint8Array {
  const message = encodeProtobuf('mesos.v1.ExecutorInfo', info);
  return Buffer.concat([Buffer.from(`${JSON.stringify(rest)}\n`), message]);
}

function decodeExecutor(bytes: Buffer): ExecutorRecord {
  const end = bytes.indexOf('\n');
  const rest = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<ExecutorRecord, 'info'>;
  const info: ExecutorInfo = decodeProtobuf('mesos.v1.ExecutorInfo', bytes.subarray(end + 1));
  return { ...rest, info };
}

/** The commit of changes. What belongs to a removed entry is removed with it, even if it is only in this commit. */
export async function commitOf(owned: OwnedNames, changes: readonly StoredChange[]): Promise<Change[]> {
  const values = new Map<string, Buffer | undefined>();
  for (const change of changes) {
    const bytes = encodeValue(change);
    values.set(nameOf(change), bytes && Buffer.from(bytes));
    if (!isWideRemoval(change)) continue;
    const prefixes = belowOf(change);
    const names = [...values.keys(), ...(await owned.of(change.containerId))];
    for (const name of names)
      if (prefixes.some((prefix) => name.startsWith(prefix))) values.set(name, undefined);
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

type WideRemoval = Extract<StoredChange, { readonly entry: 'executor' | 'task' }>;

/** True for the removal of an entry to which others belong. */
function isWideRemoval(change: StoredChange): change is WideRemoval {
  return change.value === undefined && (change.entry === 'executor' || change.entry === 'task');
}

/** The prefixes of what belongs to an entry. */
function belowOf(removal: WideRemoval): string[] {
  const { containerId } = removal;
  return removal.entry === 'executor'
    ? [`tasks/${containerId}/`, `updates/${containerId}/`]
    : [`updates/${containerId}/${removal.taskId}/`];
}

/**
 * The names of the variables of tasks and updates by the container of their executor, so that a removal does not look through
 * all variables. They are read once, and follow all commits from then on.
 */
export class OwnedNames {
  private names: Map<string, Set<string>> | undefined;

  constructor(private readonly state: Pick<StateStore, 'names'>) {}

  async of(containerId: string): Promise<Iterable<string>> {
    this.names ??= await this.read();
    return this.names.get(containerId) ?? [];
  }

  /** These changes are in the store. */
  follow(changes: readonly Pick<Change, 'name' | 'value'>[]): void {
    for (const { name, value } of changes) this.record(name, value !== undefined);
  }

  private async read(): Promise<Map<string, Set<string>>> {
    const { state } = this;
    const names = [...(await state.names('tasks/')), ...(await state.names('updates/'))];
    this.names = new Map();
    for (const name of names) this.record(name, true);
    return this.names;
  }

  private record(name: string, isThere: boolean): void {
    const [kind, containerId = ''] = name.split('/', 2);
    if (!this.names || (kind !== 'tasks' && kind !== 'updates')) return;
    const names = this.names.get(containerId) ?? new Set();
    if (isThere) this.names.set(containerId, names.add(name));
    else if (names.delete(name) && names.size === 0) this.names.delete(containerId);
  }
}

/** Entries of an earlier run, and the names of those that cannot be read, with the reason. */
export interface ReadEntries {
  readonly entries: readonly CheckpointEntry[];
  readonly errors: readonly { readonly name: string; readonly reason: string }[];
}

export async function readEntries(state: StateStore): Promise<ReadEntries> {
  const prefixes = ['agent/', 'operations/', 'frameworks/', 'executors/', 'tasks/', 'updates/'];
  const entries: CheckpointEntry[] = [];
  const errors: { name: string; reason: string }[] = [];
  for (const prefix of prefixes) {
    for (const variable of await state.fetchAll(prefix)) {
      try {
        const entry = decodeEntry(variable);
        if (entry) entries.push(entry);
      } catch (error) {
        errors.push({ name: variable.name, reason: errorText(error) });
      }
    }
  }
  return { entries, errors };
}

/** The entry of a variable; undefined for one that is no entry, such as one of a later version. */
function decodeEntry({ name, value }: Variable): StoredEntry | undefined {
  const [kind, first = '', second = '', third] = name.split('/');
  switch (kind) {
    case 'agent':
      return decodeAgentEntry(first, value);
    case 'operations': {
      const uuid = Buffer.from(first, 'hex').toString('base64');
      return { entry: 'operation', uuid, value: decodeProtobuf('mesos.v1.Operation', value) };
    }
    case 'frameworks':
      return {
        entry: 'framework',
        frameworkId: first,
        value: decodeProtobuf('mesos.v1.FrameworkInfo', value),
      };
    case 'executors':
      return { entry: 'executor', containerId: first, value: decodeExecutor(value) };
    case 'tasks': {
      const task = decodeProtobuf('mesos.v1.TaskInfo', value);
      return { entry: 'task', containerId: first, taskId: second, value: task };
    }
    case 'updates': {
      const record = decodeProtobuf(UPDATE_MESSAGE, value);
      return { entry: 'update', containerId: first, taskId: second, number: Number(third), value: record };
    }
    default:
      return undefined;
  }
}

function decodeAgentEntry(name: string, value: Buffer): StoredEntry | undefined {
  switch (name) {
    case 'info':
      return { entry: 'agent', value: decodeProtobuf('mesos.internal.SlaveInfo', value) };
    case 'resources':
      return { entry: 'resources', value: decodeProtobuf(RESOURCES_MESSAGE, value).resources ?? [] };
    case 'drain':
      return { entry: 'drain', value: decodeProtobuf('mesos.v1.DrainConfig', value) };
    default:
      return undefined;
  }
}
