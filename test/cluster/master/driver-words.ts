/**
 * Drivers in master scripts: `driver web` subscribes one at `scheduler@web:9000`, `say web launch O0 t1` makes it send.
 * What it sends passes the master's own door as bytes, with `form=call` in the newer dialect.
 */

import type { Call } from '../../../cluster/api/generated/driver';
import type { MessageName } from '../../../cluster/api/generated/messages';
import { encodeProtobuf } from '../../../cluster/api/protobuf';
import type { SendEffect } from '../../../cluster/master/core/state/effects';
import type { MasterInput } from '../../../cluster/master/core/state/events';
import type { MasterState } from '../../../cluster/master/core/state/state';
import { readDriverMessage } from '../../../cluster/master/edge/drivers';
import { printResources, readResources } from '../../../cluster/model/resources';
import { taskInfo } from './builders';
import { readOperation } from './operation-words';

type Options = Readonly<Record<string, string>>;

export const driverPid = (place: string): string => `scheduler@${place}:9000`;

const LIMITS = { memoryBytes: 4096, programSize: 100 };

function sent(place: string, name: MessageName, value: object): MasterInput {
  const body = Buffer.from(encodeProtobuf(name, value as never));
  const event = readDriverMessage({ from: driverPid(place), name, body }, LIMITS);
  if (!event) throw new Error(`no driver's message: ${name}`);
  return event;
}

/** SUBSCRIBE in one of its three forms; `id` is that of a framework that is known. */
export function subscription(name: string, id: string | undefined, given: Options): MasterInput {
  const capabilities = (given['caps'] ?? '').split(',').filter(Boolean);
  const framework = {
    name,
    user: given['user'] ?? 'root',
    ...(id !== undefined && { id: { value: id } }),
    ...(given['role'] !== undefined && { role: given['role'] }),
    ...(given['principal'] !== undefined && { principal: given['principal'] }),
    failover_timeout: Number(given['failover'] ?? 0),
    checkpoint: true,
    capabilities: capabilities.map((type) => ({ type: type as never })),
  };
  const place = given['at'] ?? name;
  const force = given['force'] === 'yes';
  const event = subscribed(place, framework, { form: given['form'] ?? (id ? 'again' : 'first'), force });
  const shown = given['shown'];
  return shown === undefined ? event : ({ ...event, principal: { value: shown } } as MasterInput);
}

function subscribed(
  place: string,
  framework: { readonly id?: { readonly value: string } },
  { form, force }: { form: string; force: boolean },
): MasterInput {
  if (form === 'first') return sent(place, 'mesos.internal.RegisterFrameworkMessage', { framework });
  if (form === 'again') {
    return sent(place, 'mesos.internal.ReregisterFrameworkMessage', { framework, failover: force });
  }
  const subscribe = { framework_info: framework, force };
  return sent(place, 'mesos.scheduler.Call', { type: 'SUBSCRIBE', framework_id: framework.id, subscribe });
}

interface Said {
  /** The message of its own, without the framework's id; calls that came later have none. */
  readonly message?: readonly [string, object];
  readonly call?: Omit<Call, 'framework_id'>;
}

/** What a driver says, by its word. */
export function said(
  state: MasterState,
  { framework, uuid }: { readonly framework: string; readonly uuid: string },
  given: Options,
  all: readonly string[],
): Said {
  const [word = '', first = '', ...words] = all.filter(
    (one) => !/^(form|at|refuse|as|webui|user)=/.test(one),
  );
  const offer_ids = first.split(',').map((offer) => ({ value: `${state.boot.id}-${offer}` }));
  const agentId = state.offers.get(offer_ids[0]?.value ?? '')?.agentId ?? 'M-S0';
  const [second = ''] = words;
  const filters = given['refuse'] === undefined ? {} : { refuse_seconds: Number(given['refuse']) };
  const task_id = { value: first };
  switch (word) {
    case 'launch': {
      const tasks = words.map((id) => taskInfo(id, agentId));
      const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: tasks } }];
      return {
        message: ['LaunchTasks', { tasks, filters, offer_ids }],
        call: { type: 'ACCEPT', accept: { offer_ids, operations, filters } },
      };
    }
    case 'operate': {
      const operations = words.map((one) => readOperation(one, agentId, framework));
      return { call: { type: 'ACCEPT', accept: { offer_ids, operations, filters } } };
    }
    case 'decline':
      return {
        message: ['LaunchTasks', { filters, offer_ids }],
        call: { type: 'DECLINE', decline: { offer_ids, filters } },
      };
    case 'kill':
      return { message: ['KillTask', { task_id }], call: { type: 'KILL', kill: { task_id } } };
    case 'acknowledge': {
      const own = { task_id, uuid };
      return {
        message: ['StatusUpdateAcknowledgement', { ...own, slave_id: { value: second } }],
        call: { type: 'ACKNOWLEDGE', acknowledge: { ...own, agent_id: { value: second } } },
      };
    }
    case 'revive':
      return { message: ['ReviveOffers', {}], call: { type: 'REVIVE' } };
    case 'suppress':
      return { call: { type: 'SUPPRESS', suppress: {} } };
    case 'request':
      return { message: ['ResourceRequest', {}], call: { type: 'REQUEST', request: {} } };
    case 'stop':
      return { message: ['UnregisterFramework', {}], call: { type: 'TEARDOWN' } };
    case 'abort':
      return { message: ['DeactivateFramework', {}] };
    case 'submit':
      return { message: ['SubmitScheduler', {}] };
    case 'reconcile': {
      const asked = [first, ...words].filter(Boolean).map((id) => ({ task_id: { value: id } }));
      const statuses = asked.map((one) => ({ ...one, state: 'TASK_RUNNING' as const }));
      return {
        message: ['ReconcileTasks', { statuses }],
        call: { type: 'RECONCILE', reconcile: { tasks: asked } },
      };
    }
    case 'tell': {
      const own = { executor_id: { value: second }, data: 'aGk=' };
      return {
        message: ['FrameworkToExecutor', { ...own, slave_id: { value: first } }],
        call: { type: 'MESSAGE', message: { ...own, agent_id: { value: first } } },
      };
    }
    case 'shutdown': {
      const shutdown = { agent_id: { value: first }, executor_id: { value: second } };
      return { call: { type: 'SHUTDOWN', shutdown } };
    }
    case 'update': {
      const known = state.frameworks.get(framework)?.info;
      const framework_info = { user: 'root', name: framework, ...known, ...updated(given) };
      return { call: { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info } } };
    }
    case 'reconcileOperations':
      return { call: { type: 'RECONCILE_OPERATIONS', reconcile_operations: {} } };
    case 'nothing':
      return { call: {} };
    default:
      throw new Error(`a driver cannot say ${word}`);
  }
}

function updated(given: Options): object {
  const { webui, user } = { webui: given['webui'], user: given['user'] };
  return { ...(webui !== undefined && { webui_url: webui }), ...(user !== undefined && { user }) };
}

/** The event of what a driver says, from its bytes. */
export function saying(
  place: string,
  framework: string,
  { message, call }: Said,
  form: string | undefined,
): MasterInput {
  const framework_id = { value: framework };
  if (call && (form === 'call' || !message))
    return sent(place, 'mesos.scheduler.Call', { framework_id, ...call });
  const [short = '', value = {}] = message ?? [];
  if (short === 'SubmitScheduler') return sent(place, 'mesos.internal.SubmitSchedulerRequest', { name: 'x' });
  return sent(place, `mesos.internal.${short}Message` as MessageName, { framework_id, ...value });
}

/** A message to a driver in one line; undefined for others. */
export function printDriverMessage({ name, message }: SendEffect): string | undefined {
  const short = name.replace('mesos.internal.', '').replace(/Message$/, '');
  switch (name) {
    case 'mesos.internal.FrameworkRegisteredMessage':
    case 'mesos.internal.FrameworkReregisteredMessage':
      return `${short} ${message.framework_id.value}`;
    case 'mesos.internal.FrameworkErrorMessage':
      return `${short} ${message.message}`;
    case 'mesos.internal.ResourceOffersMessage': {
      const { offers = [], pids = [] } = message;
      const lines = offers.map(
        ({ id, agent_id, resources }, index) =>
          `${id.value} ${agent_id.value} at ${pids[index]} ${printResources(readResources(resources))}`,
      );
      return `${short} ${lines.sort().join(' | ')}`;
    }
    case 'mesos.internal.RescindResourceOfferMessage':
      return `${short} ${message.offer_id.value}`;
    case 'mesos.internal.InverseOffersMessage':
      return `${short} ${message.inverse_offers?.map(({ id }) => id.value).join()} at ${message.pids?.join()}`;
    case 'mesos.internal.RescindInverseOfferMessage':
      return `${short} ${message.inverse_offer_id.value}`;
    case 'mesos.internal.StatusUpdateMessage': {
      const { status, uuid, slave_id, framework_id, executor_id } = message.update;
      const parts = [status.task_id.value, status.state, status.reason, framework_id.value, slave_id?.value];
      if (executor_id) parts.push(`in ${executor_id.value}`);
      const ends = [uuid ? 'uuid' : 'no uuid', message.pid ? `from ${message.pid}` : 'from nobody'];
      return `${short} ${[...parts, ...ends].filter(Boolean).join(' ')}`;
    }
    case 'mesos.internal.LostSlaveMessage':
      return `${short} ${message.slave_id.value}`;
    case 'mesos.internal.ExitedExecutorMessage':
      return `${short} ${message.executor_id.value} ${message.framework_id.value} ${message.slave_id.value} ${message.status}`;
    case 'mesos.internal.ExecutorToFrameworkMessage':
      return `${short} ${message.executor_id.value} ${message.framework_id.value} ${message.data}`;
    case 'mesos.internal.SubmitSchedulerResponse':
      return `${short} ${message.okay}`;
    case 'mesos.internal.UpdateFrameworkMessage':
      return message.pid === undefined ? short : `${short} at ${message.pid}`;
    default:
      return undefined;
  }
}
