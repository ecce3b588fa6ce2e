/**
 * Apps as the API shows them, with the embedded counts, tasks, deployments, failures and statistics.
 */

import type { App } from '../api/app';
import { printApp } from '../core/apps/print-app';
import { healthOf } from '../core/instances/health-state';
import type { Instance, MarathonState } from '../core/state/state';
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
  const counted = countedTasksOf(state, app.id);
  const failure = state.failures.get(app.id);
  return {
    ...printApp(app),
    ...(embed.has('counts') && countsOf(state, app, counted)),
    ...((embed.has('deployments') || embed.has('tasks')) && { deployments: deploymentsOf(state, app.id) }),
    ...(embed.has('tasks') && {
      tasks: tasksOf(state, app.id).map((instance) => printTask(state, instance)),
    }),
    ...(embed.has('readiness') && { readinessCheckResults: readinessOf(state, counted) }),
    ...(embed.has('lastTaskFailure') && failure && { lastTaskFailure: failure }),
    ...(embed.has('taskStats') && { tasksStats: statsOf(state, app, counted, now) }),
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
