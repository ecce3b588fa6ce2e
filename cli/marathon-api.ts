/**
 * Marathon for the client commands: the flags that name it, its requests, and the types of its answers.
 */

import { type Caller, callerFlags } from '../cluster/runtime/auth/caller';
import { text, toggle } from '../cluster/runtime/config/flags';
import { StartError } from '../cluster/runtime/lifecycle';
import { type Api, ApiError, serverUrl, withApi } from './api';
import { resolveId } from './resolve';

export const marathonFlags = {
  marathon: text({
    help: 'where Marathon is',
    fallback: 'http://127.0.0.1:8080',
    env: 'MESETA_MARATHON',
    value: 'URL',
  }),
  ...callerFlags('Marathon', 'MESETA_MARATHON'),
};

export const json = toggle({ help: 'print JSON for programs', fallback: false });

export interface MarathonTarget extends Caller {
  readonly marathon: string;
}

export interface AppView {
  readonly id: string;
  readonly cmd?: string;
  readonly args?: readonly string[];
  readonly container?: { readonly docker?: { readonly image: string } };
  readonly version: string;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly tasksStaged: number;
  readonly tasksUnhealthy: number;
  readonly labels: Record<string, string>;
  readonly deployments: readonly { readonly id: string }[];
  readonly portDefinitions?: readonly { readonly port: number }[];
  readonly healthChecks?: readonly unknown[];
  readonly tasks?: readonly TaskView[];
  readonly lastTaskFailure?: FailureView;
}

export interface TaskView {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly ports: readonly number[];
  readonly startedAt?: string;
  readonly healthCheckResults?: readonly { readonly alive: boolean }[];
}

export interface FailureView {
  readonly taskId: string;
  readonly timestamp: string;
  readonly host: string;
  readonly state: string;
  readonly message: string;
}

/** An entry of `/v2/queue`: instances to launch, and the reasons of those that were not. */
export interface QueueView {
  readonly app?: { readonly id: string };
  readonly count: number;
  readonly delay: { readonly timeLeftSeconds: number; readonly overdue: boolean };
  readonly processedOffersSummary: {
    readonly processedOffersCount: number;
    readonly rejectSummaryLaunchAttempt: readonly { readonly reason: string; readonly declined: number }[];
  };
}

/** Runs a function with a connection to Marathon. */
export function withMarathon<T>(target: MarathonTarget, run: (api: Api) => Promise<T>): Promise<T> {
  const { marathon, credentials, token, ca } = target;
  const url = serverUrl(marathon);
  return withApi({ url, what: 'Marathon', flag: '--marathon', credentials, token, ca }, run);
}

/** The part of a connection that reads need. */
type AppReader = Pick<Api, 'json'>;

/** The path of an app; its id with or without the slash at the beginning. */
export function appPath(id: string): string {
  return `/v2/apps/${id.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}`;
}

const APPS = { name: 'App', list: 'meseta app list' };

/** The app that a word means: its id, the beginning of it, or its last part. A StartError when there is none. */
export async function findApp(api: AppReader, word: string, find = resolveId): Promise<AppView> {
  const id = `/${word.replace(/^\/+/, '')}`;
  const exact = id === '/' ? undefined : await readApp(api, id);
  if (exact) return exact;
  const { apps } = (await api.json('GET', '/v2/apps')) as { apps: readonly AppView[] };
  // `prod/web` is as good as `/prod/web`, and `web` names it, too.
  const candidates = apps.map((app) => ({ id: app.id, names: [app.id.slice(app.id.lastIndexOf('/'))] }));
  const appId = find(APPS, id === '/' ? word : id, candidates);
  return (await readApp(api, appId)) ?? missing(appId);
}

function missing(id: string): never {
  throw new StartError(`${APPS.name} ${id} does not exist. '${APPS.list}' lists them.`);
}

/** An app with its tasks and last failure; undefined when there is none of this id. */
export async function readApp(api: AppReader, id: string): Promise<AppView | undefined> {
  try {
    return ((await api.json('GET', appPath(id))) as { app: AppView }).app;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export async function readQueue(api: AppReader, id: string): Promise<readonly QueueView[]> {
  const { queue } = (await api.json('GET', '/v2/queue')) as { queue: readonly QueueView[] };
  return queue.filter(({ app }) => app?.id === id);
}

/** The reasons why instances wait, as pairs of a heading and a text: the back-off, and what offers lacked. */
export function waitingReasons({
  count,
  delay,
  processedOffersSummary: offers,
}: QueueView): [string, string][] {
  const rows: [string, string][] = [
    ['waiting', `${count} ${count === 1 ? 'instance' : 'instances'} to launch`],
  ];
  if (!delay.overdue) rows.push(['delayed', `${delay.timeLeftSeconds} s, after failures`]);
  const lacking = offers.rejectSummaryLaunchAttempt.filter(({ declined }) => declined > 0);
  const reasons = lacking.map(({ reason, declined }) => `${reason} ${declined}`).join(', ');
  if (reasons) rows.push(['offers', `${offers.processedOffersCount} looked at; declined for ${reasons}`]);
  return rows;
}

export function printFailure({ timestamp, host, state, message }: FailureView): string {
  return `${timestamp} on ${host}: ${state} ${message}`;
}
