/**
 * The connection of a framework: creating and taking it over, and telling agents and followers of the framework.
 *
 * Out: event(ERROR), close, send, publish
 */

import type * as mesos from '../../../api/generated/mesos';
import type { OfferConstraints } from '../../../api/generated/scheduler';
import { lookUp, type StreamId } from '../../../model/ids';
import { recoverResources } from '../allocator/allocated';
import { isInvalid, NO_CONSTRAINTS, readConstraints } from '../offer-constraints/constraints';
import type { Patterns } from '../offer-constraints/program';
import { dropInverseOffers } from '../offers/inverse-offers';
import { removeOffer } from '../offers/rescind';
import { syncFramework } from '../offers/revive';
import { allocateSoon } from '../offers/schedule';
import { claimOperations } from '../operations/record';
import { tellError } from '../scheduler-events/driver-messages';
import { isDriver } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { type Agent, countOf, type Framework, type MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { executorsOf } from '../tasks/executors';
import { keepFixed, rolesOfInfo } from '../validate/framework';
import { printFramework } from './print-framework';

const UPDATE_FRAMEWORK = 'mesos.internal.UpdateFrameworkMessage';

/** A subscription over HTTP or of a driver. */
export type Subscription = Omit<EventOf<'scheduler.subscribe'>, 'kind' | 'stream'>;

/** Sends an ERROR and closes the stream. */
export function refuse(turn: Turn, stream: StreamId, message: string): void {
  emit(turn, { kind: 'event', stream, event: { type: 'ERROR', error: { message } } });
  emit(turn, { kind: 'close', stream, reason: message });
}

/** Creates a framework that has not subscribed yet. One with an id was given that by an earlier master. */
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

/** Cuts off the former connection with an error. Its offers end without RESCIND, as in the original. */
export function takeOver(turn: Turn, framework: Framework): void {
  const { state } = turn;
  const { stream } = framework;
  const isByDriver = isDriver(framework);
  rescindOffersOfFramework(state, framework);
  dropInverseOffers(state, framework.id, { keepRefusals: stream !== undefined });
  if (!stream) return;
  state.frameworkByStream.delete(stream);
  const reason = 'Framework failed over';
  const close: MasterEffect = { kind: 'close', stream, reason };
  if (isByDriver) {
    emit(turn, tellError(stream, reason));
    emit(turn, close);
  } else refuse(turn, stream, reason);
  allocateSoon(turn);
}

/** Connects a framework: it becomes what its subscription says. */
export function connect(
  state: MasterState,
  framework: Framework,
  event: Subscription & { readonly stream: StreamId; readonly pid?: string },
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

/** Sets the pid of a framework's driver. A framework that had this pid before loses it. */
function setDriverPid(state: MasterState, framework: Framework, pid: string | undefined): void {
  if (framework.pid !== undefined) state.frameworkByPid.delete(framework.pid);
  const before = lookUp(state.frameworks, lookUp(state.frameworkByPid, pid));
  if (before) before.pid = undefined;
  framework.pid = pid;
  if (pid !== undefined) state.frameworkByPid.set(pid, framework.id);
}

/** Sets offer constraints that the caller has validated. */
export function setConstraints(
  framework: Framework,
  wire: OfferConstraints | undefined,
  patterns: Patterns = {},
): void {
  const read = readConstraints(wire, framework.roles, patterns);
  framework.offerConstraints = wire;
  framework.constraints = isInvalid(read) ? NO_CONSTRAINTS : read;
}

/** Sends the FrameworkInfo to the agents of a framework. */
export function updateAgentsOf(turn: Turn, framework: Framework): void {
  const { state } = turn;
  const { id, pid, info: framework_info } = framework;
  const message = { framework_id: { value: id }, pid, framework_info };
  for (const { pid: to } of agentsOf(state, framework)) {
    emit(turn, {
      kind: 'send',
      to,
      name: UPDATE_FRAMEWORK,
      message,
    });
  }
}

/**
 * The connected agents that have tasks or executors of a framework. The original tells all agents, and those without
 * any ignore it: with thousands of agents each framework that came or went would hold up the others.
 */
export function agentsOf(state: MasterState, { id, tasks }: Framework): Agent[] {
  const ids = new Set<string>();
  for (const { agentId } of tasks.values()) ids.add(agentId);
  for (const { agentId } of executorsOf(state, id)) ids.add(agentId);
  return [...ids].flatMap((agentId) => state.agents.get(agentId) ?? []).filter(({ connected }) => connected);
}

/** Publishes FRAMEWORK_ADDED or FRAMEWORK_UPDATED. */
export function publishFramework(state: MasterState, framework: Framework, added: boolean): MasterEffect {
  const printed = printFramework(state, framework);
  return added
    ? { kind: 'publish', event: { type: 'FRAMEWORK_ADDED', framework_added: { framework: printed } } }
    : { kind: 'publish', event: { type: 'FRAMEWORK_UPDATED', framework_updated: { framework: printed } } };
}

export function rescindOffersOfFramework(state: MasterState, framework: Framework): void {
  for (const offerId of [...framework.offers]) {
    const offer = state.offers.get(offerId);
    if (!offer) continue;
    removeOffer(state, offer);
    recoverResources(state.allocator, offer, offer.resources);
  }
}
