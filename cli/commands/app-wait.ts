/**
 * Waiting for a deployment: it reports the progress, and an app whose tasks end at once does not count as deployed.
 */

import { printDuration } from '../../cluster/model/time';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Api } from '../api';
import {
  type AppView,
  type FailureView,
  printFailure,
  type QueueView,
  readApp,
  readQueue,
} from '../marathon-api';

const POLL_MS = 200;
/** Time that tasks have to run on after the deployment. */
const STEADY_MS = 2000;
/** New tasks beyond one for each instance, after which the app is given up. */
const SPARE_TASKS = 3;

export interface WaitOptions {
  readonly api: Pick<Api, 'json'>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly app: string;
  readonly deployments: readonly string[];
  /** 0 waits without an end. */
  readonly timeoutMs: number;
  /** Called once with each new line. */
  readonly tell: (line: string) => void;
}

/**
 * Resolves when the deployments have ended and the app's tasks run on, or the app is gone. A StartError after
 * the timeout, or when its tasks keep ending.
 */
export async function waitForApp(options: WaitOptions): Promise<void> {
  const wait = new Waiting(options, options.now());
  await wait.look();
  while (await isDeploying(options)) await wait.pause();
  for (;;) {
    const before = await wait.whenRunning();
    if (before === undefined) return;
    await options.sleep(STEADY_MS);
    const view = await wait.look();
    if (!view || runningTasks(view) === before) return;
  }
}

async function isDeploying({ api, deployments }: WaitOptions): Promise<boolean> {
  if (deployments.length === 0) return false;
  const running = (await api.json('GET', '/v2/deployments')) as readonly { id: string }[];
  return running.some(({ id }) => deployments.includes(id));
}

class Waiting {
  private readonly told = new Set<string>();
  private readonly before = new Set<string>();
  private readonly since = new Set<string>();
  private lines: readonly string[] = [];
  private failure = '';
  private hasLooked = false;

  constructor(
    private readonly order: WaitOptions,
    private readonly startedAt: number,
  ) {}

  /** Reads the app and reports changes. Undefined when it is gone; a StartError when its tasks keep ending. */
  async look(): Promise<AppView | undefined> {
    const { api, app } = this.order;
    const view = await readApp(api, app);
    if (!view) return undefined;
    const queue = await readQueue(api, app);
    this.countTasks(view);
    this.tellNews(view, queue);
    this.giveUpOnChurn(view);
    return view;
  }

  async pause(): Promise<void> {
    await this.look();
    const { timeoutMs, now } = this.order;
    if (timeoutMs > 0 && now() - this.startedAt > timeoutMs) throw this.late();
    await this.order.sleep(POLL_MS);
  }

  /** Waits until all instances run; the ids of their tasks as one text. Undefined when the app is gone or has none. */
  async whenRunning(): Promise<string | undefined> {
    for (;;) {
      const view = await this.look();
      if (!view || view.instances === 0) return undefined;
      if (view.tasksRunning >= view.instances) return runningTasks(view);
      await this.pause();
    }
  }

  /** One new task for each instance is a deployment; many more are tasks that keep ending. */
  private countTasks({ tasks = [], lastTaskFailure: failure }: AppView): void {
    const failed = failure && this.isNew(failure) ? [failure.taskId] : [];
    for (const task of [...tasks.map((view) => view.id), ...failed]) {
      if (!this.hasLooked) this.before.add(task);
      else if (!this.before.has(task)) this.since.add(task);
    }
    this.hasLooked = true;
  }

  private giveUpOnChurn({ id, instances }: AppView): void {
    if (this.since.size <= instances + SPARE_TASKS) return;
    const last = this.failure === '' ? 'their command ends by itself' : this.failure;
    throw new StartError(
      `${id} is deployed, but its tasks end soon after they start: ${last}. A service runs until it is ` +
        'stopped; see stdout and stderr in the sandbox of a task, mend the app, or remove it',
    );
  }

  private isNew({ timestamp }: FailureView): boolean {
    return Date.parse(timestamp) >= this.startedAt - CLOCK_SLACK_MS;
  }

  private late(): StartError {
    const { app, timeoutMs } = this.order;
    const state = this.lines.length > 0 ? `:\n  ${this.lines.join('\n  ')}` : '';
    return new StartError(`${app} is not deployed after ${printDuration(timeoutMs)}${state}`);
  }

  private tellNews(view: AppView, queue: readonly QueueView[]): void {
    const { lastTaskFailure: failure } = view;
    if (failure && this.isNew(failure)) this.failure = printFailure(failure);
    this.lines = [
      `${view.tasksRunning} of ${view.instances} running${health(view)}`,
      ...queue.flatMap(reasonsWithoutNumbers),
      ...(this.failure === '' ? [] : [`failed: ${this.failure}`]),
      ...(this.since.size > view.instances + 1 ? ['its tasks end soon after they start'] : []),
    ];
    for (const line of this.lines) {
      if (this.told.has(line)) continue;
      this.told.add(line);
      this.order.tell(`${view.id}: ${line}`);
    }
  }
}

/** Marathon's clock may be another machine's. */
const CLOCK_SLACK_MS = 2000;

function health({ healthChecks = [], tasksHealthy, tasksUnhealthy }: AppView): string {
  if (healthChecks.length === 0) return '';
  return `, ${tasksHealthy} healthy${tasksUnhealthy > 0 ? `, ${tasksUnhealthy} unhealthy` : ''}`;
}

/** The reasons without their counts, which change all the time. */
function reasonsWithoutNumbers({ processedOffersSummary, delay }: QueueView): string[] {
  const lacking = processedOffersSummary.rejectSummaryLaunchAttempt.filter(({ declined }) => declined > 0);
  return [
    ...(delay.overdue ? [] : ['launches are delayed after failures']),
    ...(lacking.length > 0 ? [`offers declined for ${lacking.map(({ reason }) => reason).join(', ')}`] : []),
  ];
}

function runningTasks({ tasks = [] }: AppView): string {
  const running = tasks.filter(({ state }) => state === 'TASK_RUNNING').map(({ id }) => id);
  return running.sort().join(' ');
}
