/**
 * Events for drivers, as the libprocess messages of before the v1 API (Mesos 1.11 src/internal/evolve.cpp converts the
 * other way; src/sched/sched.cpp reads them).
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { lookUp } from '../../../model/ids';
import type { SendEffect } from '../state/effects';
import type { MasterState } from '../state/state';

/** The message of an event for a driver; undefined for events that drivers do not know. */
export function driverMessage(
  state: MasterState,
  pid: string,
  event: scheduler.Event,
): SendEffect | undefined {
  return WRITERS[event.type ?? 'UNKNOWN']?.(state, pid, event);
}

/** Sends an error to a driver, which aborts it. */
export function tellError(pid: string, message: string): SendEffect {
  return { kind: 'send', to: pid, name: 'mesos.internal.FrameworkErrorMessage', message: { message } };
}

type Writer = (state: MasterState, pid: string, event: scheduler.Event) => SendEffect | undefined;

/** Messages by type of event. Drivers know neither heartbeats nor operation feedback. */
const WRITERS: Partial<Record<scheduler.Event.Type, Writer>> = {
  OFFERS: (state, to, { offers }) => {
    const message = { ...offers, pids: pidsOf(state, offers?.offers) };
    return { kind: 'send', to, name: 'mesos.internal.ResourceOffersMessage', message };
  },
  INVERSE_OFFERS: (state, to, { inverse_offers: offers }) => {
    const message = { ...offers, pids: pidsOf(state, offers?.inverse_offers) };
    return { kind: 'send', to, name: 'mesos.internal.InverseOffersMessage', message };
  },
  RESCIND: (_state, to, { rescind: message }) =>
    message && { kind: 'send', to, name: 'mesos.internal.RescindResourceOfferMessage', message },
  RESCIND_INVERSE_OFFER: (_state, to, { rescind_inverse_offer: message }) =>
    message && { kind: 'send', to, name: 'mesos.internal.RescindInverseOfferMessage', message },
  UPDATE: (state, to, { update }) => {
    const message = update && statusUpdate(state, frameworkOf(state, to), update);
    return message && { kind: 'send', to, name: 'mesos.internal.StatusUpdateMessage', message };
  },
  MESSAGE: (state, to, { message: body }) => {
    if (!body) return undefined;
    const { agent_id: slave_id, executor_id, data } = body;
    const message = { slave_id, framework_id: frameworkOf(state, to), executor_id, data };
    return { kind: 'send', to, name: 'mesos.internal.ExecutorToFrameworkMessage', message };
  },
  FAILURE: (state, to, { failure }) => failure && failureMessage(state, to, failure),
  ERROR: (_state, to, { error: message }) =>
    message && { kind: 'send', to, name: 'mesos.internal.FrameworkErrorMessage', message },
};

function frameworkOf({ frameworkByPid }: MasterState, pid: string): mesos.FrameworkID {
  return { value: frameworkByPid.get(pid) ?? '' };
}

/** The pid of each offer's agent: drivers send messages for executors there, past the master. */
function pidsOf(
  state: MasterState,
  offers: readonly { readonly agent_id?: { readonly value: string } | undefined }[] | undefined,
): string[] {
  return (offers ?? []).map(({ agent_id }) => lookUp(state.agents, agent_id?.value)?.pid ?? '');
}

/** An update. Drivers acknowledge those with a uuid to the pid of the agent; updates of the master have neither. */
function statusUpdate(
  state: MasterState,
  framework_id: mesos.FrameworkID,
  { status }: scheduler.Event.Update,
): internal.StatusUpdateMessage {
  const { agent_id: slave_id, executor_id, uuid, timestamp = 0 } = status;
  const update = { framework_id, executor_id, slave_id, status, timestamp, uuid };
  return { update, pid: uuid === undefined ? undefined : lookUp(state.agents, slave_id?.value)?.pid };
}

function failureMessage(
  state: MasterState,
  to: string,
  { agent_id: slave_id, executor_id, status = 0 }: scheduler.Event.Failure,
): SendEffect | undefined {
  if (!slave_id) return undefined;
  if (!executor_id) {
    return { kind: 'send', to, name: 'mesos.internal.LostSlaveMessage', message: { slave_id } };
  }
  const message = { slave_id, framework_id: frameworkOf(state, to), executor_id, status };
  return { kind: 'send', to, name: 'mesos.internal.ExitedExecutorMessage', message };
}
