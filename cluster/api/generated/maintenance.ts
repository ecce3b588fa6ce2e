/**
 * Types of the package mesos.v1.maintenance.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as allocator from './allocator';
import type * as mesos from './mesos';

export interface Window {
  readonly machine_ids?: readonly mesos.MachineID[] | undefined;
  readonly unavailability: mesos.Unavailability;
}

export interface Schedule {
  readonly windows?: readonly Window[] | undefined;
}

export interface ClusterStatus {
  readonly draining_machines?: readonly ClusterStatus.DrainingMachine[] | undefined;
  readonly down_machines?: readonly mesos.MachineID[] | undefined;
}

export namespace ClusterStatus {
  export interface DrainingMachine {
    readonly id: mesos.MachineID;
    readonly statuses?: readonly allocator.InverseOfferStatus[] | undefined;
  }
}
