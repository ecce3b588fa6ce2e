/**
 * Tasks as the API shows them.
 */

import type { App } from '../api/app';
import { servicePortsOf } from '../core/apps/service-ports';
import { isEnded, isWaiting, taskStateOf } from '../core/instances/conditions';
import { appOf } from '../core/instances/definition';
import { isAlive } from '../core/instances/health-state';
import { instancesOf } from '../core/instances/instances';
import type { CheckHealth, Instance, MarathonState } from '../core/state/state';
import { isoTime } from '../core/state/turn';
import { localVolumes } from './local-volumes';

/** True for an instance that has a task or had one, also when the task has ended or is unreachable. */
export function isShownTask({ task, agent }: Instance): boolean {
  return task !== undefined && agent !== undefined;
}

export function tasksOf(state: MarathonState, appId: string): Instance[] {
  return instancesOf(state, appId).filter(isShownTask);
}

/** The tasks that counts and statistics include: all but the ones that wait for another launch. */
export function countedTasksOf(state: MarathonState, appId: string): Instance[] {
  return tasksOf(state, appId).filter((instance) => !isWaiting(instance));
}

/** A task that has ended is shown without its times, ports and version, as in the original. */
export function printTask(state: MarathonState, instance: Instance): Record<string, unknown> {
  const app = appOf(state, instance);
  const { task, agent, condition } = instance;
  const live = isEnded(condition) ? undefined : task;
  return {
    ipAddresses: task?.ipAddresses ?? [],
    stagedAt: live && isoTime(live.stagedAt),
    state: taskStateOf(condition),
    ports: live?.hostPorts ?? [],
    startedAt: live?.startedAt === undefined ? undefined : isoTime(live.startedAt),
    version: live && instance.version,
    id: task?.id ?? instance.id,
    appId: instance.appId,
    slaveId: agent?.agentId,
    host: agent?.host ?? '',
    region: agent?.region,
    zone: agent?.zone,
    role: instance.role,
    servicePorts: app ? servicePortsOf(app) : [],
    healthCheckResults: healthResults(state, app, instance),
    localVolumes: localVolumes(instance),
    checkResult: task?.checkResult,
  };
}

function healthResults(state: MarathonState, app: App | undefined, instance: Instance): unknown[] {
  const checks = state.health.get(instance.id)?.checks ?? [];
  return (app?.healthChecks ?? []).flatMap((_check, index) => {
    const check = checks[index];
    if (check) return hasResult(check) ? [printHealth(instance, check)] : [];
    const healthy = instance.task?.healthy;
    if (check !== null || healthy === undefined) return [];
    return [{ alive: healthy, consecutiveFailures: 0, instanceId: `instance [${instance.id}]` }];
  });
}

function hasResult({ lastSuccess, lastFailure }: CheckHealth): boolean {
  return lastSuccess !== undefined || lastFailure !== undefined;
}

function printHealth(instance: Instance, check: CheckHealth): unknown {
  const time = (millis: number | undefined): string | undefined =>
    millis === undefined ? undefined : isoTime(millis);
  return {
    alive: isAlive(check) === true,
    consecutiveFailures: check.consecutiveFailures,
    firstSuccess: time(check.firstSuccess),
    lastSuccess: time(check.lastSuccess),
    lastFailure: time(check.lastFailure),
    lastFailureCause: check.lastFailureCause,
    // The original prints its debug form here; clients parse it.
    instanceId: `instance [${instance.id}]`,
  };
}
