/**
 * Messages of drivers: decodes what schedulers that speak libprocess send into events with v1 calls. Drivers have two
 * dialects: a message type for each call, and since Mesos 0.24 `mesos.scheduler.Call`.
 */

import type * as driver from '../../api/generated/driver';
import type * as internal from '../../api/generated/internal';
import type { FrameworkInfo } from '../../api/generated/mesos';
import type { Call } from '../../api/generated/scheduler';
import { decodeProtobuf } from '../../api/protobuf';
import type { Message } from '../../runtime/messages/receive';
import type { MasterInput } from '../core/state/events';
import { type PatternLimits, patternsOf } from './patterns';

type Reader = (pid: string, body: Uint8Array, limits: PatternLimits) => MasterInput;

export const CALL = 'mesos.scheduler.Call';

/** The messages of the older dialect that subscribe. */
export const DRIVER_REGISTRATIONS: ReadonlySet<string> = new Set([
  'mesos.internal.RegisterFrameworkMessage',
  'mesos.internal.ReregisterFrameworkMessage',
]);

const READERS: Record<string, Reader> = {
  [CALL]: (pid, body, limits) => {
    const call = decodeProtobuf(CALL, body);
    const converted = callOf(call);
    const patterns = patternsOf(converted, limits);
    if (converted.type !== 'SUBSCRIBE' || !converted.subscribe || idsDiffer(converted)) {
      return { kind: 'driver.call', pid, call: converted, patterns };
    }
    const force = call.subscribe?.force ?? false;
    return { kind: 'driver.subscribe', pid, subscribe: converted.subscribe, force, form: 'call', patterns };
  },
  'mesos.internal.RegisterFrameworkMessage': (pid, body) => {
    const { framework } = decodeProtobuf('mesos.internal.RegisterFrameworkMessage', body);
    const subscribe = { framework_info: infoOf(framework) };
    return { kind: 'driver.subscribe', pid, subscribe, force: false, form: 'first' };
  },
  'mesos.internal.ReregisterFrameworkMessage': (pid, body) => {
    const { framework, failover } = decodeProtobuf('mesos.internal.ReregisterFrameworkMessage', body);
    const subscribe = { framework_info: infoOf(framework) };
    return { kind: 'driver.subscribe', pid, subscribe, force: failover, form: 'again' };
  },
  'mesos.internal.UnregisterFrameworkMessage': (pid, body) => {
    const { framework_id } = decodeProtobuf('mesos.internal.UnregisterFrameworkMessage', body);
    return driverCall(pid, { framework_id, type: 'TEARDOWN' });
  },
  'mesos.internal.DeactivateFrameworkMessage': (pid, body) => {
    const { framework_id } = decodeProtobuf('mesos.internal.DeactivateFrameworkMessage', body);
    return { kind: 'driver.deactivate', pid, frameworkId: framework_id.value };
  },
  'mesos.internal.ResourceRequestMessage': (pid, body) => {
    const { framework_id, requests } = decodeProtobuf('mesos.internal.ResourceRequestMessage', body);
    return driverCall(pid, { framework_id, type: 'REQUEST', request: { requests } });
  },
  'mesos.internal.LaunchTasksMessage': (pid, body) =>
    driverCall(pid, launchOf(decodeProtobuf('mesos.internal.LaunchTasksMessage', body))),
  'mesos.internal.ReviveOffersMessage': (pid, body) => {
    const { framework_id, roles } = decodeProtobuf('mesos.internal.ReviveOffersMessage', body);
    return driverCall(pid, { framework_id, type: 'REVIVE', revive: { roles } });
  },
  'mesos.internal.KillTaskMessage': (pid, body) => {
    const { framework_id, task_id } = decodeProtobuf('mesos.internal.KillTaskMessage', body);
    return driverCall(pid, { framework_id, type: 'KILL', kill: { task_id } });
  },
  'mesos.internal.StatusUpdateAcknowledgementMessage': (pid, body) => {
    const { slave_id, framework_id, task_id, uuid } = decodeProtobuf(
      'mesos.internal.StatusUpdateAcknowledgementMessage',
      body,
    );
    return driverCall(pid, {
      framework_id,
      type: 'ACKNOWLEDGE',
      acknowledge: { agent_id: slave_id, task_id, uuid },
    });
  },
  'mesos.internal.FrameworkToExecutorMessage': (pid, body) => {
    const { slave_id, framework_id, executor_id, data } = decodeProtobuf(
      'mesos.internal.FrameworkToExecutorMessage',
      body,
    );
    return driverCall(pid, {
      framework_id,
      type: 'MESSAGE',
      message: { agent_id: slave_id, executor_id, data },
    });
  },
  'mesos.internal.ReconcileTasksMessage': (pid, body) => {
    const { framework_id, statuses } = decodeProtobuf('mesos.internal.ReconcileTasksMessage', body);
    const tasks = statuses?.map(({ task_id, agent_id }) => ({ task_id, agent_id }));
    return driverCall(pid, { framework_id, type: 'RECONCILE', reconcile: { tasks } });
  },
  'mesos.internal.SubmitSchedulerRequest': (pid) => ({ kind: 'driver.submit', pid }),
};

/**
 * The event of a driver's message; undefined if its name is not a driver's. Throws CodecError for an unreadable body.
 */
export function readDriverMessage(
  { from, name, body }: Message,
  limits: PatternLimits,
): MasterInput | undefined {
  return Object.hasOwn(READERS, name) ? READERS[name]?.(from, body, limits) : undefined;
}

/** True for a message that subscribes. Throws CodecError for an unreadable call. */
export function isSubscription({ name, body }: Message): boolean {
  if (name !== CALL) return DRIVER_REGISTRATIONS.has(name);
  return decodeProtobuf(CALL, body).type === 'SUBSCRIBE';
}

function driverCall(pid: string, call: Call): MasterInput {
  return { kind: 'driver.call', pid, call };
}

/** Without its id if that is empty: drivers that have none yet send an empty one. */
function infoOf(info: FrameworkInfo): FrameworkInfo {
  return info.id?.value === '' ? { ...info, id: undefined } : info;
}

function callOf({ subscribe, ...call }: driver.Call): Call {
  if (!subscribe) return call;
  const { force: _force, framework_info, ...rest } = subscribe;
  return { ...call, subscribe: { ...rest, framework_info: infoOf(framework_info) } };
}

/** True for a SUBSCRIBE that names two frameworks. As an ordinary call it fails the validation and is dropped. */
function idsDiffer({ framework_id, subscribe }: Call): boolean {
  return (framework_id?.value ?? '') !== (subscribe?.framework_info.id?.value ?? '');
}

/** An ACCEPT with LAUNCH, or a DECLINE if the message has no tasks: the older dialect has no message to decline. */
function launchOf({ framework_id, tasks, filters, offer_ids }: internal.LaunchTasksMessage): Call {
  if (!tasks) return { framework_id, type: 'DECLINE', decline: { offer_ids, filters } };
  const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: tasks } }];
  return { framework_id, type: 'ACCEPT', accept: { offer_ids, operations, filters } };
}
