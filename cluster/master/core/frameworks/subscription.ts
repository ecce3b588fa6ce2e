/**
 * Frameworks: how they come, are cut off, come back and end.
 *
 * In: scheduler.subscribe, scheduler.closed, TEARDOWN, woke(failover ...)      Out: event, close, send,
 * publish, wake
 * Always true: a framework with a stream is in frameworkByStream under it, and only then. A driver's stream is its
 * pid while it is connected; the pid itself stays (see drivers.ts).
 */

import type * as mesos from '../../../api/generated/mesos';
import type { OfferConstraints } from '../../../api/generated/scheduler';
import type { Millis } from '../../../model/time';
import { deactivateFramework, removeFramework as forget, recoverResources } from '../allocator/state';
import { registrationRefusal } from '../authorize/framework';
import { checkDrained } from '../drain/drained';
import { isInvalid, NO_CONSTRAINTS, readConstraints } from '../offer-constraints/constraints';
import type { Patterns } from '../offer-constraints/program';
import { dropInverseOffers, forgetFramework } from '../offers/inverse-offers';
import { removeOffer } from '../offers/rescind';
import { syncFramework } from '../offers/revive';
import { allocateSoon } from '../offers/schedule';
import { claimOperations } from '../operations/record';
import { tellError } from '../scheduler-events/driver-messages';
import { isDriver, sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { printMasterInfo } from '../state/master-info';
import {
  type Agent,
  count,
  countOf,
  type Framework,
  type MasterState,
  type TaskRecord,
} from '../state/state';
import { executorsOf, removeExecutor } from '../tasks/executors';
import { addCompleted, detachTask } from '../tasks/record';
import { executorOf, record } from '../tasks/tasks';
import { dropUnreachable } from '../tasks/unreachable';
import { changeError, frameworkError, keepFixed, printRoles, rolesOfInfo } from '../validate/framework';
import { printFramework } from './print-framework';

/** Mesos' DEFAULT_HEARTBEAT_INTERVAL. */
export const HEARTBEAT_MS = 15_000;
export const HEARTBEAT_TIMER = 'heartbeat';

const UPDATE_FRAMEWORK = 'mesos.internal.UpdateFrameworkMessage';
const SHUTDOWN_FRAMEWORK = 'mesos.internal.ShutdownFrameworkMessage';

/**
 * SUBSCRIBE: a new framework, one that comes back, or one that takes over. What is wrong is told on the
 * stream.
 */
export function subscribe(state: MasterState, received: EventOf<'scheduler.subscribe'>): MasterEffect[] {
  const event = withPrincipal(withoutEmptyId(received));
  const { stream, subscribe: call } = event;
  const isBack = call.framework_info.id !== undefined;
  count(state, isBack ? 'master/messages_reregister_framework' : 'master/messages_register_framework');
  const error = infoError(state, call.framework_info) ?? optionsError(state, event);
  if (error) return refuse(stream, error);
  const id = call.framework_info.id?.value;
  const existing = id === undefined ? undefined : state.frameworks.get(id);
  const framework = existing ?? createFramework(state, id, call.framework_info);
  const effects = existing ? takeOver(state, existing, event.at) : [];
  if (isBack && !existing) effects.push(publishFramework(state, framework, true));
  connect(state, framework, event);
  effects.push(...welcome(state, framework));
  if (isBack) effects.push(...updateAgentsOf(state, framework));
  effects.push(publishFramework(state, framework, !isBack));
  return [...effects, ...allocateSoon(state, event.at)];
}

/** An id that is there and empty is none. */
function withoutEmptyId<S extends Subscription>(event: S): S {
  const { subscribe: call } = event;
  if (call.framework_info.id?.value !== '') return event;
  return { ...event, subscribe: { ...call, framework_info: { ...call.framework_info, id: undefined } } };
}

/** A subscription, over whichever connection. */
export type Subscription = Omit<EventOf<'scheduler.subscribe'>, 'kind' | 'stream'>;

/** A framework that does not say its principal gets that of the connection. */
export function withPrincipal<S extends Subscription>(event: S): S {
  const { principal, subscribe: call } = event;
  if (principal?.value === undefined || call.framework_info.principal !== undefined) return event;
  const framework_info = { ...call.framework_info, principal: principal.value };
  return { ...event, subscribe: { ...call, framework_info } };
}

/** The first thing wrong with what a framework says of itself. */
export function infoError(state: MasterState, info: mesos.FrameworkInfo): string | undefined {
  const wrong = frameworkError(info, state.boot.settings);
  if (wrong) return wrong;
  return info.id && state.completed.has(info.id.value) ? 'Framework has been removed' : undefined;
}

/** The first thing wrong with what it wants, and whether it may want it. */
export function optionsError(
  state: MasterState,
  { subscribe: call, patterns = {} }: Subscription,
): string | undefined {
  const { framework_info: info, suppressed_roles: suppressed = [] } = call;
  const id = info.id?.value;
  const roles = rolesOfInfo(info);
  const foreign = suppressed.filter((role) => !roles.includes(role));
  if (foreign.length > 0)
    return `Suppressed roles ${printRoles(foreign)} are not contained in the set of roles`;
  const constraints = readConstraints(call.offer_constraints, roles, patterns);
  if (isInvalid(constraints)) return constraints.error;
  const existing = id === undefined ? undefined : state.frameworks.get(id);
  const refused = registrationRefusal(state, info);
  if (refused !== undefined || !existing) return refused;
  return changeError(existing.info, keepFixed(existing.info, info));
}

/** Tells the error and closes the stream. */
export function refuse(stream: string, message: string): MasterEffect[] {
  return [
    { kind: 'event', stream, event: { type: 'ERROR', error: { message } } },
    { kind: 'close', stream, reason: message },
  ];
}

/** A framework as it is before anyone subscribed for it. */
export function createFramework(
  state: MasterState,
  id: string | undefined,
  info: mesos.FrameworkInfo,
): Framework {
  const number = String(state.next.framework).padStart(4, '0');
  const framework: Framework = {
    id: id ?? `${state.boot.id}-${number}`,
    info,
    stream: undefined,
    pid: undefined,
    active: false,
    recovered: id !== undefined,
    registeredAt: undefined,
    reregisteredAt: undefined,
    unregisteredAt: undefined,
    roles: rolesOfInfo(info),
    suppressedRoles: new Set(),
    offerConstraints: undefined,
    constraints: NO_CONSTRAINTS,
    tasks: new Map(),
    unreachableTasks: new Map(),
    completedTasks: [],
    operations: new Map(),
    offers: new Set(),
    counts: new Map(),
  };
  if (id === undefined) state.next.framework += 1;
  else claimOperations(state, framework);
  state.frameworks.set(framework.id, framework);
  syncFramework(state, framework);
  return framework;
}

/** The stream before is told and closed; its offers are withdrawn without a word. */
export function takeOver(state: MasterState, framework: Framework, now: Millis): MasterEffect[] {
  const { stream } = framework;
  const isByDriver = isDriver(framework);
  rescindOffersOfFramework(state, framework);
  dropInverseOffers(state, framework.id, { keepRefusals: stream !== undefined });
  if (!stream) return [];
  state.frameworkByStream.delete(stream);
  const reason = 'Framework failed over';
  const close: MasterEffect = { kind: 'close', stream, reason };
  const notice = isByDriver ? [tellError(stream, reason), close] : refuse(stream, reason);
  return [...notice, ...allocateSoon(state, now)];
}

/** The framework is what it says now, by the connection it says it on. */
export function connect(
  state: MasterState,
  framework: Framework,
  event: Subscription & { readonly stream: string; readonly pid?: string },
): void {
  const { stream, subscribe: call, at: now } = event;
  framework.info = { ...keepFixed(framework.info, call.framework_info), id: { value: framework.id } };
  framework.roles = rolesOfInfo(framework.info);
  framework.suppressedRoles = new Set(call.suppressed_roles ?? []);
  setConstraints(framework, call.offer_constraints, event.patterns);
  framework.stream = stream;
  if (event.pid === undefined) countOf(framework, 'calls/subscribe');
  setDriverPid(state, framework, event.pid);
  framework.active = true;
  framework.recovered = false;
  if (framework.registeredAt === undefined) framework.registeredAt = now;
  else framework.reregisteredAt = now;
  state.frameworkByStream.set(stream, framework.id);
  syncFramework(state, framework);
}

/**
 * Sets the pid of the framework's driver; the one before is cut off.
 */
function setDriverPid(state: MasterState, framework: Framework, pid: string | undefined): void {
  if (framework.pid !== undefined) state.frameworkByPid.delete(framework.pid);
  const before = state.frameworks.get(state.frameworkByPid.get(pid ?? '') ?? '');
  if (before) before.pid = undefined;
  framework.pid = pid;
  if (pid !== undefined) state.frameworkByPid.set(pid, framework.id);
}

/** Takes over constraints that have been found to be valid. */
export function setConstraints(
  framework: Framework,
  wire: OfferConstraints | undefined,
  patterns: Patterns = {},
): void {
  const read = readConstraints(wire, framework.roles, patterns);
  framework.offerConstraints = wire;
  framework.constraints = isInvalid(read) ? NO_CONSTRAINTS : read;
}

function welcome(state: MasterState, framework: Framework): MasterEffect[] {
  const subscribed = {
    framework_id: { value: framework.id },
    heartbeat_interval_seconds: HEARTBEAT_MS / 1000,
    master_info: printMasterInfo(state),
  };
  return [
    ...sendEvent(state, framework, { type: 'SUBSCRIBED', subscribed }),
    ...sendEvent(state, framework, { type: 'HEARTBEAT' }),
  ];
}

/** The agents that have something of the framework learn what it says of itself. */
export function updateAgentsOf(state: MasterState, framework: Framework): MasterEffect[] {
  const { id, pid, info: framework_info } = framework;
  const message = { framework_id: { value: id }, pid, framework_info };
  return agentsOf(state, framework).map(({ pid: to }) => ({
    kind: 'send',
    to,
    name: UPDATE_FRAMEWORK,
    message,
  }));
}

/**
 * The connected agents that have tasks or executors of a framework. The original tells all agents, and those that have
 * nothing of the framework let it pass: with thousands of them each framework that came or went held up the others.
 */
function agentsOf(state: MasterState, { id, tasks }: Framework): Agent[] {
  const ids = new Set<string>();
  for (const { agentId } of tasks.values()) ids.add(agentId);
  for (const { agentId } of executorsOf(state, id)) ids.add(agentId);
  return [...ids].flatMap((one) => state.agents.get(one) ?? []).filter(({ connected }) => connected);
}

/** Tells the operators who follow. */
export function publishFramework(state: MasterState, framework: Framework, added: boolean): MasterEffect {
  const printed = printFramework(state, framework);
  return added
    ? { kind: 'publish', event: { type: 'FRAMEWORK_ADDED', framework_added: { framework: printed } } }
    : { kind: 'publish', event: { type: 'FRAMEWORK_UPDATED', framework_updated: { framework: printed } } };
}

/** The stream ended: the framework has its failover timeout to come back. */
export function closed(state: MasterState, event: Omit<EventOf<'scheduler.closed'>, 'kind'>): MasterEffect[] {
  const framework = state.frameworks.get(state.frameworkByStream.get(event.stream) ?? '');
  if (!framework) return [];
  state.frameworkByStream.delete(event.stream);
  framework.stream = undefined;
  framework.active = false;
  framework.unregisteredAt = event.at;
  rescindOffersOfFramework(state, framework);
  dropInverseOffers(state, framework.id, { keepRefusals: false });
  deactivateFramework(state.allocator, framework.id);
  const waitMs = (framework.info.failover_timeout ?? 0) * 1000;
  const fields = { framework: framework.id, reason: event.reason };
  return [
    { kind: 'note', level: 'info', text: 'a framework is disconnected', fields },
    { kind: 'wake', timer: `failover ${framework.id}`, at: event.at + Math.max(0, waitMs) },
    ...allocateSoon(state, event.at),
  ];
}

/** The failover timeout is over. Without effect when the framework has come back since. */
export function failoverOver(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const framework = state.frameworks.get(timer.slice('failover '.length));
  if (!framework || framework.stream !== undefined || framework.unregisteredAt === undefined) return [];
  const dueAt = framework.unregisteredAt + Math.max(0, (framework.info.failover_timeout ?? 0) * 1000);
  return now < dueAt ? [] : remove(state, framework, now);
}

/** TEARDOWN or failover timeout: all its tasks end, it can never come back. */
export function remove(state: MasterState, framework: Framework, now: Millis): MasterEffect[] {
  const message = { framework_id: { value: framework.id } };
  const effects = agentsOf(state, framework).map(
    ({ pid: to }): MasterEffect => ({ kind: 'send', to, name: SHUTDOWN_FRAMEWORK, message }),
  );
  rescindOffersOfFramework(state, framework);
  forgetFramework(state, framework.id);
  const agentIds = new Set([...framework.tasks.values()].map(({ agentId }) => agentId));
  const tasks = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
  for (const task of tasks) effects.push(...endTask(state, framework, task, now));
  for (const executor of executorsOf(state, framework.id)) {
    const agent = state.agents.get(executor.agentId);
    if (agent) removeExecutor(state, agent, executor);
  }
  if (framework.stream) {
    effects.push({ kind: 'close', stream: framework.stream, reason: 'the framework was removed' });
    state.frameworkByStream.delete(framework.stream);
  }
  moveToCompleted(state, framework, now);
  const { id, info } = framework;
  effects.push(
    { kind: 'publish', event: { type: 'FRAMEWORK_REMOVED', framework_removed: { framework_info: info } } },
    { kind: 'note', level: 'info', text: 'a framework was removed', fields: { framework: id } },
    ...[...agentIds].flatMap((agentId) => checkDrained(state, agentId, now)),
  );
  return [...effects, ...allocateSoon(state, now)];
}

/** Operators see each task end; what was unreachable ends with the others. */
function endTask(state: MasterState, framework: Framework, task: TaskRecord, now: Millis): MasterEffect[] {
  const status = {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    executor_id: executorOf(task),
    state: 'TASK_KILLED',
    source: 'SOURCE_MASTER',
    reason: 'REASON_FRAMEWORK_REMOVED',
    message: `Framework ${framework.id} removed`,
    timestamp: now / 1000,
  } as const;
  const effects = record(state, task, status, 'TASK_KILLED', now);
  if (framework.tasks.get(task.id) === task) detachTask(state, framework, task);
  else dropUnreachable(state, framework, task.id);
  addCompleted(state, framework, task);
  return effects;
}

function moveToCompleted(state: MasterState, framework: Framework, now: Millis): void {
  framework.active = false;
  framework.recovered = false;
  framework.stream = undefined;
  framework.unregisteredAt = now;
  if (framework.pid !== undefined) state.frameworkByPid.delete(framework.pid);
  framework.operations.clear();
  forget(state.allocator, framework.id);
  state.frameworks.delete(framework.id);
  state.completed.set(framework.id, framework);
  for (const oldest of state.completed.keys()) {
    if (state.completed.size <= state.boot.settings.maxCompletedFrameworks) break;
    state.completed.delete(oldest);
  }
}

function rescindOffersOfFramework(state: MasterState, framework: Framework): void {
  for (const offerId of [...framework.offers]) {
    const offer = state.offers.get(offerId);
    if (!offer) continue;
    removeOffer(state, offer);
    recoverResources(state.allocator, offer, offer.resources);
  }
}

/** Every framework with a stream hears that we are alive; a driver watches its connection. */
export function heartbeat(state: MasterState, now: Millis): MasterEffect[] {
  const beats = [...state.frameworkByStream.values()]
    .flatMap((id) => state.frameworks.get(id) ?? [])
    .filter((framework) => !isDriver(framework))
    .flatMap((framework) => sendEvent(state, framework, { type: 'HEARTBEAT' }));
  const operators: MasterEffect[] =
    state.operators.size > 0 ? [{ kind: 'publish', event: { type: 'HEARTBEAT' } }] : [];
  return [...beats, ...operators, { kind: 'wake', timer: HEARTBEAT_TIMER, at: now + HEARTBEAT_MS }];
}
