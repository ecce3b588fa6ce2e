/** Chronos for the client commands: the flags that name it, its requests, and the types of its answers. */

import { type Caller, callerFlags } from '../cluster/runtime/auth/caller';
import { text, toggle } from '../cluster/runtime/config/flags';
import { type Api, serverUrl, withApi } from './api';
import { resolveId } from './resolve';

export const chronosFlags = {
  chronos: text({
    help: 'where Chronos is',
    fallback: 'http://127.0.0.1:4400',
    env: 'MESETA_CHRONOS',
    value: 'URL',
  }),
  ...callerFlags('Chronos', 'MESETA_CHRONOS'),
};

export const json = toggle({ help: 'print JSON for programs', fallback: false });

export interface ChronosTarget extends Caller {
  readonly chronos: string;
}

/** A row of `jobs/summary`. */
export interface JobSummary {
  readonly name: string;
  readonly status: 'fresh' | 'success' | 'failure';
  readonly state: string;
  readonly schedule: string;
  readonly parents: readonly string[];
  readonly disabled: boolean;
  /** The reason why the job is not in the graph. */
  readonly quarantined?: string;
  readonly pausedReason?: string;
}

/** A definition, with the members that commands show. */
export interface JobView {
  readonly name: string;
  readonly command: string;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly schedule?: string;
  readonly scheduleTimeZone?: string;
  readonly parents?: readonly string[];
  readonly owner: string;
  readonly description: string;
  readonly successCount: number;
  readonly errorCount: number;
  readonly lastSuccess: string;
  readonly lastError: string;
  readonly disabled: boolean;
  readonly pausedReason?: string;
}

export interface AttemptView {
  readonly attempt: number;
  readonly taskId: string;
  readonly state: string;
  readonly launchedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly reason?: string;
  readonly exitCode?: number;
  readonly hostname?: string;
  /** The page of the sandbox at the agent. */
  readonly sandbox?: string;
  /** The last lines of its output. */
  readonly output?: string;
}

export interface RunView {
  readonly kind: 'run';
  readonly id: string;
  readonly state: string;
  readonly cause: string;
  readonly slot?: string;
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly reason?: string;
  readonly nextAttemptAt?: string;
  readonly attempts: readonly AttemptView[];
}

/** Slots without a run. */
export interface SlotsView {
  readonly kind: 'slots';
  readonly state: string;
  readonly firstSlot: string;
  readonly lastSlot: string;
  readonly count: number;
  readonly reason: string;
  readonly decidedAt: string;
}

export interface RunsPage {
  readonly total: number;
  readonly runs: readonly (RunView | SlotsView)[];
}

export const BASE = '/v1/scheduler';

/** Runs a function with a connection to Chronos. */
export function withChronos<T>(target: ChronosTarget, run: (api: Api) => Promise<T>): Promise<T> {
  const { chronos, credentials, token, ca } = target;
  const url = serverUrl(chronos);
  return withApi({ url, what: 'Chronos', flag: '--chronos', credentials, token, ca }, run);
}

export function jobPath(name: string, below = ''): string {
  return `${BASE}/job/${encodeURIComponent(name)}${below}`;
}

export async function readSummary(api: Pick<Api, 'json'>): Promise<readonly JobSummary[]> {
  const { jobs } = (await api.json('GET', `${BASE}/jobs/summary`)) as { jobs: readonly JobSummary[] };
  return jobs;
}

export async function readRuns(api: Pick<Api, 'json'>, name: string, limit: number): Promise<RunsPage> {
  return (await api.json('GET', jobPath(name, `/runs?limit=${limit}`))) as RunsPage;
}

const JOBS = { name: 'Job', list: 'meseta job list' };

/** The name of the job that a word means: its name, or the beginning of it. A StartError when there is none. */
export async function findJob(api: Pick<Api, 'json'>, word: string, find = resolveId): Promise<string> {
  const jobs = await readSummary(api);
  const candidates = jobs.map(({ name }) => ({ id: name, names: [] }));
  return find(JOBS, word, candidates);
}
