/**
 * Types of the package mesos.v1.allocator.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as mesos from './mesos';

export interface InverseOfferStatus {
  readonly status: InverseOfferStatus.Status;
  readonly framework_id: mesos.FrameworkID;
  readonly timestamp: mesos.TimeInfo;
}

export namespace InverseOfferStatus {
  export type Status =
    | 'UNKNOWN'
    | 'ACCEPT'
    | 'DECLINE';
}
