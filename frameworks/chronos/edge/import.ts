/**
 * The import from the original's ZooKeeper tree into a store of ours: the jobs as they are there, and the framework id.
 *
 * Always true: the tree of the original is only read. Nothing is imported while a Chronos takes part in its election.
 */

import { StartError } from '../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../cluster/runtime/log';
import type { StateStore } from '../../../cluster/state/store';
import { ZookeeperStore } from '../../../cluster/state/zookeeper';
import type { ZkUrl } from '../../../cluster/zookeeper/core/url';
import { ZkClient, ZkError } from '../../../cluster/zookeeper/edge/client';
import { ensembleRefusal } from '../../../cluster/zookeeper/edge/refusal';
import { loadStored } from '../../kit/edge/store';
import { type Import, importNodes, type JobFault, type OriginalNode } from '../core/import/import-jobs';
import type { JobDefaults } from '../core/jobs/job';
import type { ZoneRules } from '../core/schedule/zone';
import { jobOfVariable, quarantinedIn, type StoredText } from '../core/state/stored';
import { CANDIDATE_NODE, STATE_NODE } from './nodes';
import { serverZone } from './zone-rules';

export interface ImportOptions {
  /** The ensemble, with the `--zk_path` of the original. */
  readonly url: ZkUrl;
  readonly sessionTimeoutMs: number;
  readonly defaults: JobDefaults;
  /** The store that takes the jobs; undefined for the one in ZooKeeper, below the same path. */
  readonly target: StateStore | undefined;
  /** Jobs that are there already are replaced. */
  readonly isReplacing: boolean;
  readonly rules: ZoneRules;
  readonly now: number;
  readonly clock: { now(): number; wakeAt(time: number, wake: () => void): () => void };
  readonly log: Logger;
}

export interface Imported extends Pick<Import, 'frameworkId' | 'faults'> {
  readonly jobs: readonly string[];
  /** Jobs that were there already, and stay. */
  readonly existing: readonly string[];
  /** Jobs of the store, those that were there already too, whose parents cannot be. */
  readonly quarantined: readonly JobFault[];
}

/** The original's node of jobs, below its path. */
const JOBS_NODE = 'state';
/** Variables of one commit. */
const COMMIT_MAX = 500;
const FLAGS = { address: '--zk_hosts', auth: '--zk_auth' };

export async function importOriginal(options: ImportOptions): Promise<Imported> {
  const { url, sessionTimeoutMs, log } = options;
  const client = new ZkClient({ url, sessionTimeoutMs, log });
  client.start();
  try {
    await refuseCandidates(client, url.path);
    const { rules, now, defaults } = options;
    const context = { rules, now, defaults, serverZone: serverZone(rules), base: 'legacy' } as const;
    const imported = importNodes(await readNodes(client, `${url.path}/${JOBS_NODE}`), context);
    return await store(imported, await targetOf(options, client), options.isReplacing);
  } catch (error) {
    throw error instanceof ZkError ? ensembleRefusal(url, error, FLAGS) : error;
  } finally {
    await client.stop();
  }
}

async function refuseCandidates(client: ZkClient, path: string): Promise<void> {
  const node = `${path}/${CANDIDATE_NODE}`;
  const candidates = (await client.exists(node)) ? await client.children(node) : [];
  if (candidates.length > 0)
    throw new StartError(
      `a Chronos runs: ${node} has ${candidates.join(', ')}. Stop every Chronos of this path first`,
    );
}

async function readNodes(client: ZkClient, path: string): Promise<OriginalNode[]> {
  if (!(await client.exists(path)))
    throw new StartError(`${path} does not exist in ZooKeeper: give the --zk_path of the original`);
  const nodes: OriginalNode[] = [];
  for (const name of (await client.children(path)).sort()) {
    const node = await client.get(`${path}/${name}`);
    if (node) nodes.push({ name, data: node.data });
  }
  return nodes;
}

async function targetOf({ target, clock, url }: ImportOptions, client: ZkClient): Promise<StateStore> {
  return target ?? (await ZookeeperStore.open({ client, clock, path: `${url.path}/${STATE_NODE}` }));
}

async function store(imported: Import, target: StateStore, isReplacing: boolean): Promise<Imported> {
  const storedJobs = new Set(
    isReplacing ? [] : (await target.names('job_')).flatMap((name) => jobOfVariable(name) ?? []),
  );
  const existing = imported.jobs.filter((name) => storedJobs.has(name));
  const variables = imported.variables.filter(({ name }) => !storedJobs.has(jobOfVariable(name) ?? ''));
  for (let start = 0; start < variables.length; start += COMMIT_MAX)
    await commit(target, variables.slice(start, start + COMMIT_MAX));
  const jobs = imported.jobs.filter((name) => !storedJobs.has(name));
  const quarantined = quarantinedIn(await loadStored(target, ''));
  return { jobs, existing, frameworkId: imported.frameworkId, faults: imported.faults, quarantined };
}

async function commit(target: StateStore, variables: readonly StoredText[]): Promise<void> {
  const done = await target.commit(variables.map(({ name, text }) => ({ name, value: Buffer.from(text) })));
  if (!done.ok) throw new Error(`${done.conflict} was changed by somebody else`);
}
