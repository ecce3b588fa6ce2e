/**
 * Health checks: those that Marathon performs by probes, and the results of those that Mesos performs.
 *
 * In: an instance that runs, probed, woke(probe)      Out: probe, wake, kill, events
 * Always true: health has an entry for exactly the running instances whose app has checks; a new process goes on with the
 * results as they last changed.
 *
 * A new task is probed at once and then ever less often until its first success, so that it is healthy as soon as
 * it works.
 */

import type { App, HealthCheck } from '../../api/app';
import { appOf, definitionOf } from '../instances/definition';
import { healthOf, isAlive } from '../instances/health-state';
import { recordChange } from '../instances/instances';
import { killTasks } from '../instances/kill';
import { tally } from '../instances/tally';
import { tasksOf } from '../instances/tasks';
import type { EventOf } from '../state/events';
import { FIRST_PROBE_PAUSE_MS, PROBE_PAUSE_MIN_MS } from '../state/limits';
import { hasHealthChecks, type RunSpec } from '../state/run-spec';
import type { CheckHealth, Health, Instance } from '../state/state';
import { saveFailure } from '../state/storage';
import type { Timer } from '../state/timers';
import { isoTime, publish, type Turn, wake } from '../state/turn';
import { isLeaderCheck } from '../task/checks';
import { endStorms, isHeldBack } from './storm';

/** The default of `delaySeconds`. */
const DELAY_DEFAULT_SECONDS = 15;

/** Begins to probe an instance that runs. Without an effect when that was done before. */
export function watchHealth(turn: Turn, instance: Instance): void {
  const { state } = turn;
  const spec = definitionOf(state, instance);
  const [task] = tasksOf(instance);
  if (!spec || !task || !hasHealthChecks(spec)) return;
  if (state.health.get(instance.id)?.taskId === task.id) return;
  const health = storedHealth(spec, instance.health, task.id) ?? newHealth(spec, task.id);
  const { checks } = health;
  state.health.set(instance.id, health);
  tally(state, instance);
  checks.forEach((check, index) => {
    if (check) sendProbe(turn, instance, index);
  });
}

function newHealth(spec: RunSpec, taskId: string): Health {
  const checks = spec.healthChecks.map((check): CheckHealth | null =>
    isLeaderCheck(check) ? { consecutiveFailures: 0, pauseMs: FIRST_PROBE_PAUSE_MS } : null,
  );
  return { taskId, checks };
}

/** The results of an earlier process for the same task and the same checks. */
function storedHealth(
  { healthChecks }: RunSpec,
  health: Health | undefined,
  taskId: string,
): Health | undefined {
  if (!health || health.taskId !== taskId) return undefined;
  const isSame =
    health.checks.length === healthChecks.length &&
    healthChecks.every((check, index) => isLeaderCheck(check) === (health.checks[index] !== null));
  return isSame ? copyOf(health) : undefined;
}

/** The results without the probes that are under way. */
function copyOf({ taskId, checks, healthy }: Health): Health {
  return { taskId, healthy, checks: checks.map((check) => check && { ...check, probing: undefined }) };
}

/** Ends the health checks of an instance whose task has ended or is unreachable. */
export function unwatchHealth(turn: Turn, instance: Instance): void {
  turn.state.health.delete(instance.id);
  endStorms(turn, [instance.appId]);
}

/** The timer `probe` has run out. */
export function probeDue(turn: Turn, { instanceId, index }: Timer<'probe'>): void {
  const instance = turn.state.instances.get(instanceId);
  if (instance?.condition === 'Running') sendProbe(turn, instance, index);
}

function sendProbe(turn: Turn, instance: Instance, index: number): void {
  const { state } = turn;
  const app = appOf(state, instance);
  const check = app?.healthChecks[index];
  const health = state.health.get(instance.id)?.checks[index];
  if (!app || !check || !health || health.probing !== undefined) return;
  const target = targetOf(app, check, instance);
  if (!target)
    return wake(
      turn,
      { kind: 'probe', instanceId: instance.id, index },
      turn.now + check.intervalSeconds * 1000,
    );
  const probe = state.nextProbe++;
  health.probing = probe;
  turn.effects.push({
    kind: 'probe',
    probe,
    target: instance.id,
    purpose: { kind: 'health', index },
    check: {
      protocol: check.protocol === 'HTTPS' ? 'HTTPS' : check.protocol === 'TCP' ? 'TCP' : 'HTTP',
      ...target,
      path: check.path ?? '/',
      timeoutMs: check.timeoutSeconds * 1000,
      ipProtocol: check.ipProtocol,
      keepBody: false,
    },
  });
}

/** The target of a leader's check: the host port if there is one, else the container's own address. */
function targetOf(
  app: App,
  check: HealthCheck,
  instance: Instance,
): { host: string; port: number } | undefined {
  const host = instance.agent?.host;
  if (host === undefined) return undefined;
  if (check.port !== undefined) return { host, port: check.port };
  const index = check.portIndex ?? 0;
  const mappings = app.container?.portMappings;
  if (app.portDefinitions || !mappings) {
    const port = instance.task?.hostPorts[index];
    return port === undefined ? undefined : { host, port };
  }
  const mapping = mappings[index];
  if (mapping?.hostPort !== undefined) {
    const before = mappings.slice(0, index).filter(({ hostPort }) => hostPort !== undefined).length;
    const port = instance.task?.hostPorts[before];
    return port === undefined ? undefined : { host, port };
  }
  const address = instance.task?.ipAddresses[0]?.ipAddress;
  return address === undefined || !mapping ? undefined : { host: address, port: mapping.containerPort };
}

/** A probe has come back. */
export function applyHealthResult(turn: Turn, event: EventOf<'probed'>, index: number): void {
  const { state, now } = turn;
  const instance = state.instances.get(event.target);
  const health = state.health.get(event.target)?.checks[index];
  if (!instance || !health || health.probing !== event.probe) return;
  const app = appOf(state, instance);
  const check = app?.healthChecks[index];
  if (!app || !check) return;
  health.probing = undefined;
  if (instance.condition !== 'Running') return;
  const before = isAlive(health);
  if (event.result.ok) succeeded(health, now);
  else failed(turn, { app, check, instance, health, cause: event.result.cause });
  const isNews = isAlive(health) !== before;
  if (isNews) {
    // The record goes first, so that the change is stored before it is announced; it is printed at the commit.
    recordChange(turn, instance);
    publishAlive(turn, instance, isAlive(health) === true);
  }
  announceHealth(turn, app, instance);
  if (isNews) keepHealth(turn, instance);
  endStorms(turn, [instance.appId]);
  wake(turn, { kind: 'probe', instanceId: instance.id, index }, now + pauseOf(turn, check, instance, health));
}

/** Keeps the results with the instance, so that they outlive this process. */
function keepHealth({ state }: Turn, instance: Instance): void {
  const health = state.health.get(instance.id);
  instance.health = health && copyOf(health);
}

function succeeded(health: CheckHealth, now: number): void {
  health.firstSuccess ??= now;
  health.lastSuccess = now;
  // A success in the same millisecond as a failure is the later one.
  if (health.lastFailure === now) health.lastFailure = now - 1;
  health.consecutiveFailures = 0;
}

interface FailedCheck {
  readonly app: App;
  readonly check: HealthCheck;
  readonly instance: Instance;
  readonly health: CheckHealth;
  readonly cause: string;
}

function failed(turn: Turn, { app, check, instance, health, cause }: FailedCheck): void {
  if (inGrace(turn, check, instance, health)) return;
  publish(turn, 'failed_health_check_event', {
    appId: app.id,
    healthCheck: check,
    taskId: instance.id,
  });
  const reached = health.consecutiveFailures >= check.maxConsecutiveFailures;
  health.consecutiveFailures++;
  health.lastFailure = turn.now;
  health.lastFailureCause = cause;
  // The original compares the count before this failure, so the kill comes on failure number max + 1.
  tally(turn.state, instance);
  if (reached && check.maxConsecutiveFailures > 0 && !isHeldBack(turn, app))
    killUnhealthy(turn, instance, cause);
}

/**
 * Failures before the first success do not count for `gracePeriodSeconds`, nor for `delaySeconds` where the definition
 * changes it: the original has no use for the delay of its own checks, and its default must not lengthen short periods.
 */
function inGrace(turn: Turn, check: HealthCheck, instance: Instance, health: CheckHealth): boolean {
  const { gracePeriodSeconds, delaySeconds } = check;
  const delay = delaySeconds === DELAY_DEFAULT_SECONDS ? 0 : delaySeconds;
  const grace = Math.max(gracePeriodSeconds, delay);
  return health.firstSuccess === undefined && turn.now < instance.since + grace * 1000;
}

function pauseOf(turn: Turn, check: HealthCheck, instance: Instance, health: CheckHealth): number {
  const intervalMs = check.intervalSeconds * 1000;
  if (!inGrace(turn, check, instance, health)) return Math.max(PROBE_PAUSE_MIN_MS, intervalMs);
  const pause = Math.min(health.pauseMs, intervalMs);
  health.pauseMs *= 2;
  return Math.max(PROBE_PAUSE_MIN_MS, pause);
}

function killUnhealthy(turn: Turn, instance: Instance, cause: string): void {
  const { task, agent } = instance;
  if (!task || !agent) return;
  saveFailure(turn, {
    appId: instance.appId,
    taskId: task.id,
    host: agent.host,
    state: 'TASK_KILLED',
    message: `Task was killed since health check failed. Reason: ${cause}`,
    timestamp: isoTime(turn.now),
    version: instance.version,
    slaveId: agent.agentId,
  });
  publish(turn, 'unhealthy_instance_kill_event', {
    appId: instance.appId,
    taskId: task.id,
    instanceId: instance.id,
    version: instance.version,
    reason: cause,
    host: agent.host,
    slaveId: agent.agentId,
  });
  killTasks(turn, instance);
}

function publishAlive(turn: Turn, instance: Instance, alive: boolean): void {
  publish(turn, 'health_status_changed_event', {
    appId: instance.appId,
    instanceId: instance.id,
    version: instance.version,
    alive,
  });
}

/** Publishes a change of the health of an instance as a whole, and has its app settled. */
export function announceHealth(turn: Turn, spec: RunSpec, instance: Instance): void {
  const { state } = turn;
  const health = state.health.get(instance.id);
  if (!health) return;
  tally(state, instance);
  const healthy = healthOf(state, spec, instance);
  if (healthy === health.healthy) return;
  health.healthy = healthy;
  turn.touched.add(instance.appId);
  publish(turn, 'instance_health_changed_event', {
    instanceId: instance.id,
    runSpecId: instance.appId,
    healthy: healthy ?? null,
    runSpecVersion: instance.version,
  });
}
