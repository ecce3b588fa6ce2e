/** State of inverse offers: those outstanding, and the answers of frameworks. */

import type * as allocatorApi from '../../../api/generated/allocator';
import type * as mesos from '../../../api/generated/mesos';
import type { Millis } from '../../../model/time';

export interface InverseOfferRecord {
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly unavailability: mesos.Unavailability;
}

/** A framework's answer and its time. */
export type AnswerStatus = allocatorApi.InverseOfferStatus;

export interface InverseOffers {
  readonly offers: Map<string, InverseOfferRecord>;
  /** Offers that are out, the last answers, and until when no further ones are wanted: by agent, then framework. */
  readonly outstanding: Map<string, Map<string, string>>;
  readonly answers: Map<string, Map<string, AnswerStatus>>;
  readonly refusedUntil: Map<string, Map<string, Millis>>;
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
