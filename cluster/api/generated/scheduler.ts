/**
 * Types of the package mesos.v1.scheduler.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as mesos from './mesos';
import type { Base64 } from '../scalars';

export interface Event {
  readonly type?: Event.Type | undefined;
  readonly subscribed?: Event.Subscribed | undefined;
  readonly offers?: Event.Offers | undefined;
  readonly inverse_offers?: Event.InverseOffers | undefined;
  readonly rescind?: Event.Rescind | undefined;
  readonly rescind_inverse_offer?: Event.RescindInverseOffer | undefined;
  readonly update?: Event.Update | undefined;
  readonly update_operation_status?: Event.UpdateOperationStatus | undefined;
  readonly message?: Event.Message | undefined;
  readonly failure?: Event.Failure | undefined;
  readonly error?: Event.Error | undefined;
}

export namespace Event {
  export type Type =
    | 'UNKNOWN'
    | 'SUBSCRIBED'
    | 'OFFERS'
    | 'INVERSE_OFFERS'
    | 'RESCIND'
    | 'RESCIND_INVERSE_OFFER'
    | 'UPDATE'
    | 'UPDATE_OPERATION_STATUS'
    | 'MESSAGE'
    | 'FAILURE'
    | 'ERROR'
    | 'HEARTBEAT';

  export interface Subscribed {
    readonly framework_id: mesos.FrameworkID;
    readonly heartbeat_interval_seconds?: number | undefined;
    readonly master_info?: mesos.MasterInfo | undefined;
  }

  export interface Offers {
    readonly offers?: readonly mesos.Offer[] | undefined;
  }

  export interface InverseOffers {
    readonly inverse_offers?: readonly mesos.InverseOffer[] | undefined;
  }

  export interface Rescind {
    readonly offer_id: mesos.OfferID;
  }

  export interface RescindInverseOffer {
    readonly inverse_offer_id: mesos.OfferID;
  }

  export interface Update {
    readonly status: mesos.TaskStatus;
  }

  export interface UpdateOperationStatus {
    readonly status: mesos.OperationStatus;
  }

  export interface Message {
    readonly agent_id: mesos.AgentID;
    readonly executor_id: mesos.ExecutorID;
    readonly data: Base64;
  }

  export interface Failure {
    readonly agent_id?: mesos.AgentID | undefined;
    readonly executor_id?: mesos.ExecutorID | undefined;
    readonly status?: number | undefined;
  }

  export interface Error {
    readonly message: string;
  }
}

export interface Response {
  readonly type?: Response.Type | undefined;
  readonly reconcile_operations?: Response.ReconcileOperations | undefined;
}

export namespace Response {
  export type Type =
    | 'UNKNOWN'
    | 'RECONCILE_OPERATIONS';

  export interface ReconcileOperations {
    readonly operation_statuses?: readonly mesos.OperationStatus[] | undefined;
  }
}

export interface AttributeConstraint {
  readonly selector: AttributeConstraint.Selector;
  readonly predicate: AttributeConstraint.Predicate;
}

export namespace AttributeConstraint {
  export interface Selector {
    readonly pseudoattribute_type?: AttributeConstraint.Selector.PseudoattributeType | undefined;
    readonly attribute_name?: string | undefined;
  }

  export namespace Selector {
    export type PseudoattributeType =
      | 'UNKNOWN'
      | 'HOSTNAME'
      | 'REGION'
      | 'ZONE';
  }

  export interface Predicate {
    readonly exists?: AttributeConstraint.Predicate.Exists | undefined;
    readonly not_exists?: AttributeConstraint.Predicate.NotExists | undefined;
    readonly text_equals?: AttributeConstraint.Predicate.TextEquals | undefined;
    readonly text_not_equals?: AttributeConstraint.Predicate.TextNotEquals | undefined;
    readonly text_matches?: AttributeConstraint.Predicate.TextMatches | undefined;
    readonly text_not_matches?: AttributeConstraint.Predicate.TextNotMatches | undefined;
  }

  export namespace Predicate {
    export interface Exists {
    }

    export interface NotExists {
    }

    export interface TextEquals {
      readonly value: string;
    }

    export interface TextNotEquals {
      readonly value: string;
    }

    export interface TextMatches {
      readonly regex: string;
    }

    export interface TextNotMatches {
      readonly regex: string;
    }
  }
}

export interface OfferConstraints {
  readonly role_constraints?: Record<string, OfferConstraints.RoleConstraints> | undefined;
}

export namespace OfferConstraints {
  export interface RoleConstraints {
    readonly groups?: readonly OfferConstraints.RoleConstraints.Group[] | undefined;
  }

  export namespace RoleConstraints {
    export interface Group {
      readonly attribute_constraints?: readonly AttributeConstraint[] | undefined;
    }
  }
}

export interface Call {
  readonly framework_id?: mesos.FrameworkID | undefined;
  readonly type?: Call.Type | undefined;
  readonly subscribe?: Call.Subscribe | undefined;
  readonly accept?: Call.Accept | undefined;
  readonly decline?: Call.Decline | undefined;
  readonly accept_inverse_offers?: Call.AcceptInverseOffers | undefined;
  readonly decline_inverse_offers?: Call.DeclineInverseOffers | undefined;
  readonly revive?: Call.Revive | undefined;
  readonly kill?: Call.Kill | undefined;
  readonly shutdown?: Call.Shutdown | undefined;
  readonly acknowledge?: Call.Acknowledge | undefined;
  readonly acknowledge_operation_status?: Call.AcknowledgeOperationStatus | undefined;
  readonly reconcile?: Call.Reconcile | undefined;
  readonly reconcile_operations?: Call.ReconcileOperations | undefined;
  readonly message?: Call.Message | undefined;
  readonly request?: Call.Request | undefined;
  readonly suppress?: Call.Suppress | undefined;
  readonly update_framework?: Call.UpdateFramework | undefined;
}

export namespace Call {
  export type Type =
    | 'UNKNOWN'
    | 'SUBSCRIBE'
    | 'TEARDOWN'
    | 'ACCEPT'
    | 'DECLINE'
    | 'ACCEPT_INVERSE_OFFERS'
    | 'DECLINE_INVERSE_OFFERS'
    | 'REVIVE'
    | 'KILL'
    | 'SHUTDOWN'
    | 'ACKNOWLEDGE'
    | 'ACKNOWLEDGE_OPERATION_STATUS'
    | 'RECONCILE'
    | 'RECONCILE_OPERATIONS'
    | 'MESSAGE'
    | 'REQUEST'
    | 'SUPPRESS'
    | 'UPDATE_FRAMEWORK';

  export interface Subscribe {
    readonly framework_info: mesos.FrameworkInfo;
    readonly suppressed_roles?: readonly string[] | undefined;
    readonly offer_constraints?: OfferConstraints | undefined;
  }

  export interface Accept {
    readonly offer_ids?: readonly mesos.OfferID[] | undefined;
    readonly operations?: readonly mesos.Offer.Operation[] | undefined;
    readonly filters?: mesos.Filters | undefined;
  }

  export interface Decline {
    readonly offer_ids?: readonly mesos.OfferID[] | undefined;
    readonly filters?: mesos.Filters | undefined;
  }

  export interface AcceptInverseOffers {
    readonly inverse_offer_ids?: readonly mesos.OfferID[] | undefined;
    readonly filters?: mesos.Filters | undefined;
  }

  export interface DeclineInverseOffers {
    readonly inverse_offer_ids?: readonly mesos.OfferID[] | undefined;
    readonly filters?: mesos.Filters | undefined;
  }

  export interface Revive {
    readonly roles?: readonly string[] | undefined;
  }

  export interface Kill {
    readonly task_id: mesos.TaskID;
    readonly agent_id?: mesos.AgentID | undefined;
    readonly kill_policy?: mesos.KillPolicy | undefined;
  }

  export interface Shutdown {
    readonly executor_id: mesos.ExecutorID;
    readonly agent_id: mesos.AgentID;
  }

  export interface Acknowledge {
    readonly agent_id: mesos.AgentID;
    readonly task_id: mesos.TaskID;
    readonly uuid: Base64;
  }

  export interface AcknowledgeOperationStatus {
    readonly agent_id?: mesos.AgentID | undefined;
    readonly resource_provider_id?: mesos.ResourceProviderID | undefined;
    readonly uuid: Base64;
    readonly operation_id: mesos.OperationID;
  }

  export interface Reconcile {
    readonly tasks?: readonly Call.Reconcile.Task[] | undefined;
  }

  export namespace Reconcile {
    export interface Task {
      readonly task_id: mesos.TaskID;
      readonly agent_id?: mesos.AgentID | undefined;
    }
  }

  export interface ReconcileOperations {
    readonly operations?: readonly Call.ReconcileOperations.Operation[] | undefined;
  }

  export namespace ReconcileOperations {
    export interface Operation {
      readonly operation_id: mesos.OperationID;
      readonly agent_id?: mesos.AgentID | undefined;
      readonly resource_provider_id?: mesos.ResourceProviderID | undefined;
    }
  }

  export interface Message {
    readonly agent_id: mesos.AgentID;
    readonly executor_id: mesos.ExecutorID;
    readonly data: Base64;
  }

  export interface Request {
    readonly requests?: readonly mesos.Request[] | undefined;
  }

  export interface Suppress {
    readonly roles?: readonly string[] | undefined;
  }

  export interface UpdateFramework {
    readonly framework_info: mesos.FrameworkInfo;
    readonly suppressed_roles?: readonly string[] | undefined;
    readonly offer_constraints?: OfferConstraints | undefined;
  }
}

export interface APIResult {
  readonly status_code: number;
  readonly response?: Response | undefined;
  readonly error?: string | undefined;
}
