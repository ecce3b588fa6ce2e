/**
 * Reports of agents: registration, reregistration and update, with their resources as values.
 *
 * In: messages of agents whose form is right (agents/admission.ts); an update's is checked here
 * Always true: resources that agents report are read here and nowhere else.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { formError } from '../../../model/resource-errors';
import { type Resources, readResources, unallocated } from '../../../model/resources';
import { isRevocable } from '../../../model/volumes';

/** A registration of an agent with its resources read. */
interface Report<Message> {
  readonly pid: string;
  readonly message: Message;
  /** Empty when the agent has not said it. */
  readonly version: string;
  /** The resources of its machine. */
  readonly machine: Resources;
  /** The reservations and volumes that it has on its disk. */
  readonly checkpointed: Resources;
}

/** The registration of a new agent. */
export type Registration = Report<internal.RegisterSlaveMessage>;

/** The reregistration of an agent, which has an id, with its tasks and their executors and frameworks. */
export type Reregistration = Report<internal.ReregisterSlaveMessage>;

export type AgentReport = Registration | Reregistration;

/** Reads a registration or reregistration. */
export function readReport<Message extends AgentReport['message']>(
  pid: string,
  message: Message,
): Report<Message> {
  return {
    pid,
    message,
    version: message.version ?? '',
    machine: readResources(message.slave.resources),
    checkpointed: readResources(message.checkpointed_resources),
  };
}

/** A task that an agent reports. */
export interface ReportedTask {
  readonly info: mesos.Task;
  readonly resources: Resources;
  /** Undefined when its resources have no allocation. */
  readonly role: string | undefined;
}

/** Reads a task that the master does not know; of others the record stays. */
export function readReportedTask(info: mesos.Task): ReportedTask {
  return {
    info,
    resources: unallocated(readResources(info.resources)),
    role: allocatedRole(info.resources),
  };
}

/** The role that resources are allocated to, if any. */
export function allocatedRole(wire: readonly mesos.Resource[] | undefined): string | undefined {
  return wire?.find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
}

/** The oversubscribed resources of an update: undefined when they stay, or the error in their form. */
export function readOversubscribed({
  update_oversubscribed_resources: isUpdated = true,
  oversubscribed_resources: wire,
}: internal.UpdateSlaveMessage): Resources | { readonly error: string } | undefined {
  const error = formError(wire);
  if (error) return { error };
  return isUpdated ? readResources(wire).filter(isRevocable) : undefined;
}
