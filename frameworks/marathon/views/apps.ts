/**
 * Apps as the API shows them, with the embedded counts, tasks, deployments, failures and statistics.
 */

import type { App } from '../api/app';
import { printApp } from '../core/apps/print-app';
import { healthOf } from '../core/instances/health-state';
import { countOf } from '../core/instances/tally';
import type { Instance, InstanceClass, MarathonState } from '../core/state/state';
import { countedTasksOf, printTask, tasksOf } from './tasks';

export type Embed = 'tasks' | 'counts' | 'deployments' | 'readiness' | 'lastTaskFailure' | 'taskStats';

export interface Counts {
  readonly tasksStaged: number;
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
}

export function countsOf(state: MarathonState, app: App, tasks: readonly Instance[]): Counts {
  const healths = tasks.map((instance) => healthOf(state, app, instance));
  const hasState = (name: string): number =>
    tasks.filter(({ task }) => (task?.state ?? 'TASK_STAGING') === name).length;
  return {
    tasksStaged: hasState('TASK_STAGING'),
    tasksRunning: hasState('TASK_RUNNING'),
    tasksHealthy: healths.filter((health) => health === true).length,
    tasksUnhealthy: healths.filter((health) => health === false).length,
  };
}

/** The deployments that affect an app. */
export function deploymentsOf(state: MarathonState, appId: string): { id: string }[] {
  const lock = state.locks.get(appId);
  return lock === undefined ? [] : [{ id: lock }];
}

export function printAppInfo(state: MarathonState, app: App, embed: ReadonlySet<Embed>, now: number): object {
  return {
    ...printApp(app),
    ...membersBeforeTasks(state, app, embed),
    ...(embed.has('tasks') && {
      tasks: tasksOf(state, app.id).map((instance) => printTask(state, instance)),
    }),
    ...membersAfterTasks(state, app, { embed, now }),
  };
}

/** The embedded members of an app that come before its tasks. */
export function membersBeforeTasks(state: MarathonState, app: App, embed: ReadonlySet<Embed>): object {
  return {
    ...(embed.has('counts') && quickCountsOf(state, app)),
    ...((embed.has('deployments') || embed.has('tasks')) && { deployments: deploymentsOf(state, app.id) }),
  };
}

/** The embedded members of an app that come after its tasks. */
export function membersAfterTasks(
  state: MarathonState,
  app: App,
  { embed, now }: { readonly embed: ReadonlySet<Embed>; readonly now: number },
): object {
  const failure = embed.has('lastTaskFailure') ? state.failures.get(app.id) : undefined;
  return {
    ...(embed.has('readiness') && {
      readinessCheckResults: readinessOf(state, countedTasksOf(state, app.id)),
    }),
    ...(failure && { lastTaskFailure: failure }),
    ...(embed.has('taskStats') && { tasksStats: statsOf(state, app, countedTasksOf(state, app.id), now) }),
  };
}

/** The counts of all tasks of an app, from the classes of its instances. */
function quickCountsOf(state: MarathonState, { id }: App): Counts {
  const count = (fulfils: (instances: InstanceClass) => boolean): number => countOf(state, id, fulfils);
  return {
    tasksStaged: count(({ report }) => report === 'staged'),
    tasksRunning: count(({ report }) => report === 'running'),
    tasksHealthy: count(({ report, health }) => report !== 'none' && health === 'good'),
    tasksUnhealthy: count(
      ({ report, health }) => report !== 'none' && (health === 'bad' || health === 'failing'),
    ),
  };
}

export function readinessOf(state: MarathonState, tasks: readonly Instance[]): object[] {
  return tasks.flatMap(({ id }) => {
    const readiness = state.readiness.get(id);
    if (!readiness) return [];
    const { name, taskId, ready, lastResponse } = readiness;
    return [{ name, taskId, ready, ...(lastResponse && { lastResponse }) }];
  });
}

function statsOf(state: MarathonState, app: App, tasks: readonly Instance[], now: number): object {
  const { lastScalingAt, lastConfigChangeAt } = app.versionInfo;
  const since = Date.parse(lastScalingAt);
  const parts: [string, Instance[]][] = [
    ['startedAfterLastScaling', tasks.filter(({ task }) => (task?.stagedAt ?? 0) >= since)],
    ['withLatestConfig', tasks.filter(({ configVersion }) => configVersion >= lastConfigChangeAt)],
    ['withOutdatedConfig', tasks.filter(({ configVersion }) => configVersion < lastConfigChangeAt)],
    ['totalSummary', [...tasks]],
  ];
  const shown = parts.filter(([, members]) => members.length > 0);
  return Object.fromEntries(
    shown.map(([name, members]) => [name, { stats: summary(state, app, members, now) }]),
  );
}

function summary(state: MarathonState, app: App, tasks: readonly Instance[], now: number): object {
  const { tasksStaged, tasksRunning, tasksHealthy, tasksUnhealthy } = countsOf(state, app, tasks);
  const lives = tasks.flatMap(({ task }) =>
    task?.startedAt === undefined ? [] : [(now - task.startedAt) / 1000],
  );
  lives.sort((a, b) => a - b);
  const total = lives.reduce((sum, life) => sum + life, 0);
  return {
    counts: { staged: tasksStaged, running: tasksRunning, healthy: tasksHealthy, unhealthy: tasksUnhealthy },
    ...(lives.length > 0 && {
      lifeTime: { averageSeconds: total / lives.length, medianSeconds: lives[Math.floor(lives.length / 2)] },
    }),
  };
}
