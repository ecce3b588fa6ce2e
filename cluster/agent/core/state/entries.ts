/**
 * The entries of the agent's checkpoint: all that a restart has to know of frameworks, executors, tasks and updates.
 *
 * Executors, tasks and updates are those of frameworks that checkpoint. What an executor has goes with its container.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { ExecutorKind } from './container-spec';

/** The place of an entry, and its value. */
interface EntryKinds {
  /** The agent as it was admitted last, with its id. */
  agent: { readonly value: internal.SlaveInfo };
  /** The boot id of the machine at the end of the last recovery. */
  boot: { readonly value: string };
  /** Reservations and volumes made at run time. */
  resources: { readonly value: readonly mesos.Resource[] };
  /** The drain under way. */
  drain: { readonly value: mesos.DrainConfig };
  /** An operation whose status is not acknowledged, by its uuid in base64. */
  operation: { readonly uuid: string; readonly value: mesos.Operation };
  framework: { readonly frameworkId: string; readonly value: mesos.FrameworkInfo };
  executor: { readonly containerId: string; readonly value: ExecutorRecord };
  /** A task as it was launched, without its data. */
  task: { readonly containerId: string; readonly taskId: string; readonly value: mesos.TaskInfo };
  /** The update of this number of a task; its type becomes ACK when its framework has acknowledged it. */
  update: {
    readonly containerId: string;
    readonly taskId: string;
    readonly number: number;
    readonly value: internal.StatusUpdateRecord;
  };
}

/** An executor as it is kept; its sandbox follows from its ids. */
export interface ExecutorRecord {
  readonly frameworkId: string;
  readonly kind: ExecutorKind;
  /** True once it has ended and all updates of its tasks are acknowledged. */
  readonly completed: boolean;
  /** The libprocess address of one on an old driver, which is asked to register again. */
  readonly pid?: string | undefined;
  readonly info: mesos.ExecutorInfo;
}

export type EntryKind = keyof EntryKinds;

export type CheckpointEntry<K extends EntryKind = EntryKind> = {
  [Kind in K]: { readonly entry: Kind } & EntryKinds[Kind];
}[K];

/** A new value of an entry, or its removal. An executor is removed with its tasks, and a task with its updates. */
export type CheckpointChange = {
  [Kind in EntryKind]: { readonly entry: Kind } & Omit<EntryKinds[Kind], 'value'> & {
      readonly value: EntryKinds[Kind]['value'] | undefined;
    };
}[EntryKind];

/** The place of an entry as one text: a later change of the same place replaces the earlier one. */
export function placeOf(change: CheckpointChange): string {
  switch (change.entry) {
    case 'agent':
    case 'boot':
    case 'resources':
    case 'drain':
      return change.entry;
    case 'operation':
      return `operation/${change.uuid}`;
    case 'framework':
      return `framework/${change.frameworkId}`;
    case 'executor':
      return `executor/${change.containerId}`;
    case 'task':
      return `task/${change.containerId}/${change.taskId}`;
    case 'update':
      return `update/${change.containerId}/${change.taskId}/${change.number}`;
  }
}
