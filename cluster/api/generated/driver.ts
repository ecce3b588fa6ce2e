/**
 * Types of the package mesos.scheduler.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as mesos from './mesos';
import type * as scheduler from './scheduler';

export interface Call {
  readonly framework_id?: mesos.FrameworkID | undefined;
  readonly type?: scheduler.Call.Type | undefined;
  readonly subscribe?: Call.Subscribe | undefined;
  readonly accept?: scheduler.Call.Accept | undefined;
  readonly decline?: scheduler.Call.Decline | undefined;
  readonly accept_inverse_offers?: scheduler.Call.AcceptInverseOffers | undefined;
  readonly decline_inverse_offers?: scheduler.Call.DeclineInverseOffers | undefined;
  readonly revive?: scheduler.Call.Revive | undefined;
  readonly kill?: scheduler.Call.Kill | undefined;
  readonly shutdown?: scheduler.Call.Shutdown | undefined;
  readonly acknowledge?: scheduler.Call.Acknowledge | undefined;
  readonly acknowledge_operation_status?: scheduler.Call.AcknowledgeOperationStatus | undefined;
  readonly reconcile?: scheduler.Call.Reconcile | undefined;
  readonly reconcile_operations?: scheduler.Call.ReconcileOperations | undefined;
  readonly message?: scheduler.Call.Message | undefined;
  readonly request?: scheduler.Call.Request | undefined;
  readonly suppress?: scheduler.Call.Suppress | undefined;
  readonly update_framework?: scheduler.Call.UpdateFramework | undefined;
}

export namespace Call {
  export interface Subscribe {
    readonly framework_info: mesos.FrameworkInfo;
    readonly force?: boolean | undefined;
    readonly suppressed_roles?: readonly string[] | undefined;
    readonly offer_constraints?: scheduler.OfferConstraints | undefined;
  }
}
