/**
 * How master scripts print what comes out: messages to agents, events to schedulers, roles, the registry.
 */

import type { Event as OperatorEvent, Response } from '../../../cluster/api/generated/master';
import type { Offer, Unavailability } from '../../../cluster/api/generated/mesos';
import type { Event as SchedulerEvent } from '../../../cluster/api/generated/scheduler';
import { encodeJson } from '../../../cluster/api/json-write';
import { printQuantities } from '../../../cluster/master/core/registry/quota-config';
import type { MasterEffect } from '../../../cluster/master/core/state/effects';
import type { MasterState } from '../../../cluster/master/core/state/state';
import type { RoleSummary } from '../../../cluster/master/views/roles';
import { printResources, readResources, type WireResource } from '../../../cluster/model/resources';
import { printDriverMessage } from './driver-words';

export function printRole({ name, weight, frameworks, ...parts }: RoleSummary): string {
  const shown = Object.entries(parts)
    .filter(([, quantities]) => [...quantities.values()].some((milli) => milli !== 0))
    .map(([part, quantities]) => `${part} ${printQuantities(quantities)}`);
  return [`${name} x${weight} [${frameworks.join(' ')}]`, ...shown].join(' | ');
}

export function printRegistry({ registry }: MasterState): string[] {
  const marks = (id: string): string => {
    const drain = registry.drains.get(id);
    return `${registry.deactivated.has(id) ? ' deactivated' : ''}${drain ? ` ${drain.state}` : ''}`;
  };
  return [
    ...[...registry.agents.keys()].map((id) => `agent ${id}${marks(id)}`),
    ...[...registry.unreachable].map(([id, at]) => `unreachable ${id} since ${at / 1000} s${marks(id)}`),
    ...[...registry.gone].map(([id, at]) => `gone ${id} since ${at / 1000} s`),
    ...[...registry.minimumCapabilities].map((name) => `needs ${name}`),
  ];
}

export function printAgentLine(agent: Response.GetAgents.Agent): string {
  const started = agent.estimated_drain_start_time;
  return [
    agent.agent_info.id?.value,
    agent.active ? 'active' : 'inactive',
    ...(agent.deactivated ? ['deactivated'] : []),
    ...(agent.drain_info ? [encodeJson('mesos.v1.DrainInfo', agent.drain_info)] : []),
    ...(started ? [`since ${Number(started.nanoseconds) / 1e9} s`] : []),
  ].join(' ');
}

function printFailure({ failure }: SchedulerEvent): string {
  const executor = failure?.executor_id;
  return `${failure?.agent_id?.value}${executor ? ` ${executor.value} status ${failure.status}` : ''}`;
}

function printExecutors({ executor_ids }: Offer): string {
  return executor_ids ? ` running ${executor_ids.map(({ value }) => value).join(',')}` : '';
}

function printUnavailability(unavailability: Unavailability | undefined): string {
  return unavailability ? ` away from ${Number(unavailability.start.nanoseconds) / 1e9} s` : '';
}

export function printMessage(effect: Extract<MasterEffect, { kind: 'send' }>): string {
  const forDriver = printDriverMessage(effect);
  if (forDriver !== undefined) return forDriver;
  const short = effect.name.replace('mesos.internal.', '').replace(/Message$/, '');
  switch (effect.name) {
    case 'mesos.internal.DrainSlaveMessage': {
      const { mark_gone, max_grace_period: grace } = effect.message.config;
      return `${short}${mark_gone ? ' gone' : ''}${grace ? ` grace ${Number(grace.nanoseconds) / 1e9} s` : ''}`;
    }
    case 'mesos.internal.ShutdownMessage':
      return `${short} ${effect.message.message}`;
    case 'mesos.internal.RunTaskMessage':
      return `${short} ${effect.message.task.task_id.value}${effect.message.launch_executor ? '' : ' in its executor'}`;
    case 'mesos.internal.RunTaskGroupMessage': {
      const ids = (effect.message.task_group.tasks ?? []).map(({ task_id }) => task_id.value);
      return `${short} ${ids.join(',')}${effect.message.launch_executor ? '' : ' in its executor'}`;
    }
    case 'mesos.internal.CheckpointResourcesMessage':
      return `${short} ${printResources(readResources(effect.message.resources)) || 'nothing'}`;
    case 'mesos.internal.ApplyOperationMessage':
      return `${short} ${effect.message.operation_info.type}`;
    case 'mesos.internal.KillTaskMessage':
      return `${short} ${effect.message.task_id.value}`;
    case 'mesos.internal.StatusUpdateAcknowledgementMessage':
      return `${short} ${effect.message.task_id.value}`;
    case 'mesos.internal.SlaveRegisteredMessage':
      return `${short} ${effect.message.slave_id.value}`;
    case 'mesos.internal.SlaveReregisteredMessage': {
      const missing = (effect.message.reconciliations ?? []).flatMap(({ statuses }) => statuses ?? []);
      return `${short} ${effect.message.slave_id.value} missing=[${missing.map(({ task_id }) => task_id.value).join(',')}]`;
    }
    case 'mesos.internal.PingSlaveMessage':
      return `${short} connected=${effect.message.connected}`;
    default:
      return short;
  }
}

/** What operators who follow are told; of a task which one, and how it is. */
export function printPublished({ type, task_added: added, task_updated: updated }: OperatorEvent): string {
  if (added) return `${type} ${added.task.task_id.value}`;
  if (!updated) return String(type);
  const { status, state } = updated;
  const parts = [status.task_id.value, state, status.reason, status.uuid ? 'uuid' : 'no uuid'];
  return `${type} ${parts.filter(Boolean).join(' ')}`;
}

export function printEvent(event: SchedulerEvent): string {
  switch (event.type) {
    case 'SUBSCRIBED':
      return `SUBSCRIBED ${event.subscribed?.framework_id.value}`;
    case 'OFFERS':
      return `OFFERS ${(event.offers?.offers ?? [])
        .map(
          (offer) =>
            `${offer.id.value} ${offer.agent_id.value} ${printResources(readResources(offer.resources as WireResource[]))}${printExecutors(offer)}${printUnavailability(offer.unavailability)}`,
        )
        .sort()
        .join(' | ')}`;
    case 'UPDATE': {
      const status = event.update?.status;
      const parts = [
        status?.task_id.value,
        status?.state,
        status?.reason,
        status?.uuid ? 'uuid' : 'no uuid',
        status?.message,
      ];
      return `UPDATE ${parts.filter(Boolean).join(' ')}`;
    }
    case 'UPDATE_OPERATION_STATUS': {
      const status = event.update_operation_status?.status;
      return `UPDATE_OPERATION_STATUS ${status?.operation_id?.value} ${status?.state} ${status?.message}`;
    }
    case 'INVERSE_OFFERS':
      return `INVERSE_OFFERS ${(event.inverse_offers?.inverse_offers ?? [])
        .map(({ id, agent_id }) => `${id.value} ${agent_id?.value}`)
        .join(' | ')}`;
    case 'RESCIND_INVERSE_OFFER':
      return `RESCIND_INVERSE_OFFER ${event.rescind_inverse_offer?.inverse_offer_id.value}`;
    case 'RESCIND':
      return `RESCIND ${event.rescind?.offer_id.value}`;
    case 'FAILURE':
      return `FAILURE ${printFailure(event)}`;
    case 'ERROR':
      return `ERROR ${event.error?.message}`;
    default:
      return String(event.type);
  }
}
