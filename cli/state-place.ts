/**
 * The place of a component's state: a folder, or a path in ZooKeeper.
 *
 * Always true: what is read changes nothing in ZooKeeper. A state is put only where there is none, unless that is asked for,
 * and never while a process of the component takes part in the election there.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../cluster/runtime/clock';
import { UsageError } from '../cluster/runtime/config/flags';
import { StartError } from '../cluster/runtime/lifecycle';
import { createLogger } from '../cluster/runtime/log';
import type { ComponentState } from '../cluster/state/component-state';
import { JournaledStore } from '../cluster/state/journaled';
import { LocalStore } from '../cluster/state/local';
import { replaceState } from '../cluster/state/replace';
import type { StoredValue } from '../cluster/state/state-file';
import type { StateStore } from '../cluster/state/store';
import { ZookeeperStore } from '../cluster/state/zookeeper';
import type { ZkUrl } from '../cluster/zookeeper/core/url';
import { ZkClient, ZkError } from '../cluster/zookeeper/edge/client';
import { zkUrlOf } from '../cluster/zookeeper/edge/flag';
import { ensembleRefusal } from '../cluster/zookeeper/edge/refusal';

const SESSION_TIMEOUT_MS = 10_000;

export interface StatePlace {
  /** The place as messages name it. */
  readonly name: string;
  /** All variables at one moment; none where there is no state. */
  read(): Promise<StoredValue[]>;
  /** Replaces all variables. A state that is there already is refused unless it may be replaced. */
  write(variables: readonly StoredValue[], isReplacing: boolean): Promise<void>;
}

export interface PlaceFlags {
  readonly work_dir: string | undefined;
  readonly zk: string | undefined;
}

/** The place that the flags name. Throws a UsageError unless it is one. */
export function placeOf(state: ComponentState, { work_dir, zk }: PlaceFlags): StatePlace {
  if (work_dir !== undefined && zk !== undefined)
    throw new UsageError('--work_dir and --zk: the state is in one of them: leave the other out');
  if (zk !== undefined) return inZookeeper(state, zkUrlOf('--zk', zk));
  if (work_dir !== undefined) return onDisk(join(work_dir, 'state'));
  throw new UsageError('--work_dir or --zk is missing: name the place of the state');
}

function onDisk(folder: string): StatePlace {
  const log = createLogger({ level: 'warn' });
  return {
    name: folder,
    read: async () =>
      existsSync(folder)
        ? await using(await LocalStore.open(folder, { log }), (store) => store.fetchAll(''))
        : [],
    write: async (variables, isReplacing) =>
      await using(await LocalStore.open(folder, { log }), async (store) => {
        await refuseState(store, folder, isReplacing);
        await replaceState(store, variables);
      }),
  };
}

function inZookeeper(state: ComponentState, url: ZkUrl): StatePlace {
  const path = `${url.path}/${state.stateNode}`;
  return {
    name: `${path} in ZooKeeper`,
    read: () => withClient(url, (client) => readStore(client, path)),
    write: (variables, isReplacing) =>
      withClient(url, async (client) => {
        await refuseCandidates(client, state, url.path);
        const store = await ZookeeperStore.open({ client, clock: systemClock(), path });
        await refuseState(store, `${path} in ZooKeeper`, isReplacing);
        await replaceState(state.isJournaled ? await JournaledStore.open(store) : store, variables);
      }),
  };
}

async function readStore(client: ZkClient, path: string): Promise<StoredValue[]> {
  if (!(await client.exists(`${path}/head`))) return [];
  return await new ZookeeperStore({ client, clock: systemClock(), path }).fetchAll('');
}

async function refuseCandidates(
  client: ZkClient,
  { component, electionNode, candidates }: ComponentState,
  path: string,
): Promise<void> {
  const node = electionNode === undefined ? path : `${path}/${electionNode}`;
  const children = (await client.exists(node)) ? await client.children(node) : [];
  const running = children.filter((name) => candidates.test(name));
  if (running.length > 0)
    throw new StartError(
      `the component runs: ${node} has ${running.join(', ')}. Stop every ${component} of this path first`,
    );
}

async function refuseState(store: StateStore, place: string, isReplacing: boolean): Promise<void> {
  if (!isReplacing && (await store.names()).length > 0)
    throw new StartError(`${place} has a state already: --force replaces it`);
}

async function withClient<T>(url: ZkUrl, use: (client: ZkClient) => Promise<T>): Promise<T> {
  const log = createLogger({ level: 'error' });
  const client = new ZkClient({ url, sessionTimeoutMs: SESSION_TIMEOUT_MS, log });
  client.start();
  try {
    return await use(client);
  } catch (error) {
    throw error instanceof ZkError ? ensembleRefusal(url, error, { address: '--zk', auth: '--zk' }) : error;
  } finally {
    await client.stop();
  }
}

async function using<T>(store: StateStore, use: (store: StateStore) => Promise<T>): Promise<T> {
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
