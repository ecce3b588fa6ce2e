/**
 * Drivers: schedulers that speak libprocess. They register, disconnect, reregister and are deactivated (Mesos 1.11
 * Master::subscribe for a UPID, exited, deactivateFramework). Events for them are written by driver-messages.ts.
 *
 * In: driver.subscribe, driver.deactivate, driver.submit, agent.exited      Out: send, link, close, publish, wake
 * Always true: a framework with a pid is in frameworkByPid under it, and only then; while it is connected its stream
 * is that pid.
 */

import { idText, lookUp } from '../../../model/ids';
import { note } from '../../../model/machine';
import { deactivateFramework } from '../allocator/frameworks';
import { rescindInverseOffersOf } from '../offers/inverse-offers';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { tellError } from '../scheduler-events/driver-messages';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { printMasterInfo } from '../state/master-info';
import { count, countOf, type Framework, type MasterState } from '../state/state';
import { collect, emit, type Turn } from '../state/turn';
import { connect, createFramework, publishFramework, takeOver, updateAgentsOf } from './connection';
import { closed } from './removal';
import { infoError, optionsError, withPrincipal } from './subscription';

type Subscribing = EventOf<'driver.subscribe'>;

const REGISTERED = 'mesos.internal.FrameworkRegisteredMessage';
const REREGISTERED = 'mesos.internal.FrameworkReregisteredMessage';

/** SUBSCRIBE of a driver: registers a framework, or reregisters or fails it over. */
export function subscribeDriver(turn: Turn, received: Subscribing): void {
  const { state } = turn;
  if (state.electedAt === undefined) return dropped(turn);
  const wrongForm = formError(received);
  if (wrongForm) return emit(turn, tellError(received.pid, wrongForm));
  const isBack = received.subscribe.framework_info.id !== undefined;
  count(state, isBack ? 'master/messages_reregister_framework' : 'master/messages_register_framework');
  const event = withPrincipal(received);
  const { framework_info: info } = event.subscribe;
  const error = infoError(state, info) ?? identityError(state, received) ?? optionsError(state, event);
  if (error) return refuseDriver(turn, received, error);
  if (isBack) reregistration(turn, event);
  else firstRegistration(turn, event);
}

function dropped(turn: Turn): void {
  const { state } = turn;
  count(state, 'master/dropped_messages');
}

function formError({ form, subscribe }: Subscribing): string | undefined {
  const hasId = subscribe.framework_info.id !== undefined;
  if (form === 'first' && hasId) return "Registering with 'id' already set";
  return form === 'again' && !hasId ? "Re-registering without an 'id'" : undefined;
}

function identityError(
  { boot }: MasterState,
  { pid, principal, subscribe }: Subscribing,
): string | undefined {
  const shown = principal?.value;
  if (shown === undefined) {
    return boot.settings.authenticateFrameworks ? `Framework at ${pid} is not authenticated` : undefined;
  }
  const claimed = subscribe.framework_info.principal;
  if (claimed === undefined || claimed === shown) return undefined;
  return `Framework principal '${claimed}' does not match authenticated principal '${shown}'`;
}

function refuseDriver(turn: Turn, { pid, subscribe }: Subscribing, why: string): void {
  const text = `Refusing subscription of framework '${subscribe.framework_info.name}' at ${pid}: ${why}`;
  note(turn, 'info', text);
  emit(turn, tellError(pid, why));
}

/**
 * Registers a driver without a framework id. Drivers repeat the message until they are answered, so a connected one is
 * answered again. If the framework at its pid is disconnected and has tasks, a new process has started at that address,
 * and it becomes a new framework.
 */
function firstRegistration(turn: Turn, event: Subscribing): void {
  const { state } = turn;
  const { pid } = event;
  const existing = lookUp(state.frameworks, state.frameworkByPid.get(pid));
  if (existing?.stream !== undefined) return emit(turn, welcome(state, existing.id, pid, REGISTERED));
  if (existing && isSameAnew(existing, event)) return reregistration(turn, withId(event, existing.id));
  const framework = createFramework(state, undefined, event.subscribe.framework_info);
  connect(state, framework, { ...event, stream: pid });
  emit(turn, { kind: 'link', to: pid });
  emit(turn, welcome(state, framework.id, pid, REGISTERED));
  emit(turn, publishFramework(state, framework, true));
  allocateSoon(turn);
}

/** True for a repeated registration of a driver that never got the answer: otherwise each would add a framework. */
function isSameAnew({ info, tasks }: Framework, { subscribe }: Subscribing): boolean {
  const { name, user, principal } = subscribe.framework_info;
  return tasks.size === 0 && info.name === name && info.user === user && info.principal === principal;
}

function withId(event: Subscribing, id: string): Subscribing {
  const framework_info = { ...event.subscribe.framework_info, id: { value: id } };
  return { ...event, force: true, subscribe: { ...event.subscribe, framework_info } };
}

function reregistration(turn: Turn, event: Subscribing): void {
  const { state } = turn;
  const { pid, subscribe } = event;
  const id = idText(subscribe.framework_info.id);
  const other = lookUp(state.frameworks, state.frameworkByPid.get(pid));
  if (other?.stream !== undefined && other.id !== id) {
    const text =
      `Dropping SUBSCRIBE call for framework '${subscribe.framework_info.name}': ` +
      `${other.id} already connected at ${pid}`;
    return note(turn, 'error', text);
  }
  const existing = state.frameworks.get(id);
  // `force` tells a failover from an old scheduler that was partitioned, did not notice, and comes back.
  if (existing && !existing.recovered && existing.pid !== pid && !event.force) {
    return refuseDriver(turn, event, 'Framework failed over');
  }
  const framework = existing ?? createFramework(state, id, subscribe.framework_info);
  const isSame = !framework.recovered && !event.force;
  if (isSame) rescindAll(turn, framework);
  else failOver(turn, framework, pid);
  connect(state, framework, { ...event, stream: pid });
  emit(turn, { kind: 'link', to: pid });
  emit(turn, welcome(state, id, pid, isSame ? REREGISTERED : REGISTERED));
  updateAgentsOf(turn, framework);
  emit(turn, publishFramework(state, framework, existing === undefined));
  allocateSoon(turn);
}

/** Fails the framework over. The former connection gets an error, unless it is this driver, which sent twice. */
function failOver(turn: Turn, framework: Framework, pid: string): void {
  const isSameDriver = framework.stream === pid;
  const effects = collect(turn, (part) => takeOver(part, framework));
  turn.effects.push(...(isSameDriver ? effects.filter(({ kind }) => kind === 'wake') : effects));
}

function welcome(
  state: MasterState,
  id: string,
  pid: string,
  name: typeof REGISTERED | typeof REREGISTERED,
): MasterEffect {
  const framework = state.frameworks.get(id);
  if (framework) countOf(framework, 'events/subscribed');
  const message = { framework_id: { value: id }, master_info: printMasterInfo(state) };
  return { kind: 'send', to: pid, name, message };
}

function rescindAll(turn: Turn, framework: Framework): void {
  for (const offerId of [...framework.offers]) rescind(turn, offerId);
  rescindInverseOffersOf(turn, framework.id);
}

/** The connection to a driver broke. If the driver still lives, the error aborts it, so that it can start again. */
export function driverExited(turn: Turn, { pid, at: now }: EventOf<'agent.exited'>): void {
  const { state } = turn;
  if (!state.frameworkByStream.has(pid)) return;
  const reason = 'Framework disconnected';
  emit(turn, tellError(pid, reason));
  closed(turn, { stream: pid, reason, at: now });
}

/** Deactivates an aborted driver: no more offers until it subscribes again. Its tasks go on, and it stays connected. */
export function deactivate(turn: Turn, { pid, frameworkId }: EventOf<'driver.deactivate'>): void {
  const { state } = turn;
  count(state, 'master/messages_deactivate_framework');
  const framework = state.frameworks.get(frameworkId);
  if (framework?.pid !== pid) {
    const why = framework ? `it is not expected from ${pid}` : 'the framework cannot be found';
    const text = `Ignoring deactivate framework message for framework ${frameworkId} because ${why}`;
    return note(turn, 'warn', text);
  }
  if (framework.stream === undefined || !framework.active) return;
  framework.active = false;
  deactivateFramework(state.allocator, framework.id);
  rescindAll(turn, framework);
}

/** Refuses to run a scheduler, which no master does. */
export function submit(turn: Turn, { pid }: EventOf<'driver.submit'>): void {
  emit(turn, {
    kind: 'send',
    to: pid,
    name: 'mesos.internal.SubmitSchedulerResponse',
    message: { okay: false },
  });
}
