/** The state of inverse offers: outstanding ones, and the answers and refusals of frameworks. */

import type * as allocatorApi from '../../../api/generated/allocator';
import type * as mesos from '../../../api/generated/mesos';
import type { AgentId, FrameworkId, OfferId } from '../../../model/ids';
import type { Millis } from '../../../model/time';

export interface InverseOfferRecord {
  readonly id: string;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly unavailability: mesos.Unavailability;
}

/** A framework's last answer about an agent, with its time. */
export type AnswerStatus = allocatorApi.InverseOfferStatus;

export interface InverseOffers {
  readonly offers: Map<OfferId, InverseOfferRecord>;
  /** Unanswered inverse offers' ids, last answers, and ends of refusals; each by agent, then by framework. */
  readonly outstanding: Map<AgentId, Map<FrameworkId, OfferId>>;
  readonly answers: Map<AgentId, Map<FrameworkId, AnswerStatus>>;
  readonly refusedUntil: Map<AgentId, Map<FrameworkId, Millis>>;
  lastRunAt: Millis;
  dueAt: Millis | undefined;
}

export function noInverseOffers(): InverseOffers {
  return {
    offers: new Map(),
    outstanding: new Map(),
    answers: new Map(),
    refusedUntil: new Map(),
    lastRunAt: Number.NEGATIVE_INFINITY,
    dueAt: undefined,
  };
}
