/**
 * Subscription of frameworks over HTTP: new ones, and those that reconnect or fail over.
 *
 * In: scheduler.subscribe      Out: event, close, send, publish, wake
 * Always true: a framework with a stream is in frameworkByStream under it, and only then. A driver's stream is its
 * pid while it is connected; the pid itself stays (see drivers.ts).
 */

import type * as mesos from '../../../api/generated/mesos';
import { registrationRefusal } from '../authorize/framework';
import { isInvalid, readConstraints } from '../offer-constraints/constraints';
import { allocateSoon } from '../offers/schedule';
import { sendEvent } from '../scheduler-events/send-event';
import type { EventOf } from '../state/events';
import { printMasterInfo } from '../state/master-info';
import { count, type Framework, type MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { changeError, frameworkError, keepFixed, printRoles, rolesOfInfo } from '../validate/framework';
import {
  connect,
  createFramework,
  publishFramework,
  refuse,
  type Subscription,
  takeOver,
  updateAgentsOf,
} from './connection';
import { HEARTBEAT_MS } from './heartbeat';

/**
 * SUBSCRIBE: connects a new framework, or one that reconnects or fails over. An error is sent on the stream, which is
 * closed.
 */
export function subscribe(turn: Turn, received: EventOf<'scheduler.subscribe'>): void {
  const { state } = turn;
  const event = withPrincipal(withoutEmptyId(received));
  const { stream, subscribe: call } = event;
  const isBack = call.framework_info.id !== undefined;
  count(state, isBack ? 'master/messages_reregister_framework' : 'master/messages_register_framework');
  const error = infoError(state, call.framework_info) ?? optionsError(state, event);
  if (error) return refuse(turn, stream, error);
  const id = call.framework_info.id?.value;
  const existing = id === undefined ? undefined : state.frameworks.get(id);
  const framework = existing ?? createFramework(state, id, call.framework_info);
  if (existing) takeOver(turn, existing);
  // No agent has reported it: it is recovered from its own FrameworkInfo, so followers get ADDED and then UPDATED.
  if (isBack && !existing) emit(turn, publishFramework(state, framework, true));
  connect(state, framework, event);
  welcome(turn, framework);
  if (isBack) updateAgentsOf(turn, framework);
  emit(turn, publishFramework(state, framework, !isBack));
  allocateSoon(turn);
}

/** The subscription without an empty framework id, which counts as none. */
function withoutEmptyId<S extends Subscription>(event: S): S {
  const { subscribe: call } = event;
  if (call.framework_info.id?.value !== '') return event;
  return { ...event, subscribe: { ...call, framework_info: { ...call.framework_info, id: undefined } } };
}

/** The subscription with the authenticated principal, if it names none. */
export function withPrincipal<S extends Subscription>(event: S): S {
  const { principal, subscribe: call } = event;
  if (principal?.value === undefined || call.framework_info.principal !== undefined) return event;
  const framework_info = { ...call.framework_info, principal: principal.value };
  return { ...event, subscribe: { ...call, framework_info } };
}

/** The first error in a FrameworkInfo, or undefined. A framework that has ended cannot subscribe again. */
export function infoError(state: MasterState, info: mesos.FrameworkInfo): string | undefined {
  const wrong = frameworkError(info, state.boot.settings);
  if (wrong) return wrong;
  return info.id && state.completed.has(info.id.value) ? 'Framework has been removed' : undefined;
}

/** The first error in suppressed roles, offer constraints, permissions or changed immutable members, or undefined. */
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

function welcome(turn: Turn, framework: Framework): void {
  const { state } = turn;
  const subscribed = {
    framework_id: { value: framework.id },
    heartbeat_interval_seconds: HEARTBEAT_MS / 1000,
    master_info: printMasterInfo(state),
  };
  sendEvent(turn, framework, { type: 'SUBSCRIBED', subscribed });
  sendEvent(turn, framework, { type: 'HEARTBEAT' });
}
