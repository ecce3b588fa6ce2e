/** The state of the session with the master: offers at hand, kills, and what reconciliation and REVIVE remember. */

import { type Random, randomFrom } from '../../../../cluster/model/random';
import type { Millis } from '../../../../cluster/model/time';
import type { RemainingOffer } from '../../../kit/core/match/remaining-offer';
import type { Session } from '../../../kit/core/session/calls';
import type { Kill } from '../../../kit/core/session/kills';
import { newReviveState, type ReviveState } from '../../../kit/core/session/revive';
import type { FrameworkSettings } from '../../../kit/core/session/subscription';
import type { Outbox } from '../../../kit/core/turn/outbox';
import type { ChronosEffect } from './effects';

export interface MesosSettings extends FrameworkSettings {
  /** For the choice of ports. */
  readonly seed: number;
  /** The time for which offers are declined that nothing can use. */
  readonly declineOfferMs: Millis;
  readonly minReviveOffersMs: Millis;
  readonly suppressOffers: boolean;
  readonly killRetryMs: Millis;
  readonly killChunkSize: number;
  readonly reconciliationInitialMs: Millis;
  readonly reconciliationIntervalMs: Millis;
}

/** An offer at hand. */
export interface HeldOffer {
  readonly remaining: RemainingOffer;
  readonly since: Millis;
}

/** The lacks of the offers that a run could not use, with the number of offers for each. */
export type Lacks = ReadonlyMap<string, number>;

export interface MesosState {
  /** That of Chronos. */
  readonly outbox: Outbox<ChronosEffect>;
  readonly settings: MesosSettings;
  readonly random: Random;
  readonly session: Session;
  readonly offers: Map<string, HeldOffer>;
  /** The lacks of offers by run. A run that is in it waits for further offers. */
  readonly lacks: Map<string, Lacks>;
  readonly kills: Map<string, Kill>;
  readonly revive: ReviveState;
  readonly unconfirmed: Set<string>;
  confirmPauseMs: Millis;
  /** The time of the `demand` timer. */
  demandWakeAt: Millis | undefined;
  readonly counters: { revives: number; suppresses: number; offersUsed: number; offersDeclined: number };
}

export function newMesosState(settings: MesosSettings, outbox: Outbox<ChronosEffect>): MesosState {
  return {
    outbox,
    settings,
    random: randomFrom(settings.seed),
    session: { connected: false },
    offers: new Map(),
    lacks: new Map(),
    kills: new Map(),
    revive: newReviveState(0),
    unconfirmed: new Set(),
    confirmPauseMs: 0,
    demandWakeAt: undefined,
    counters: { revives: 0, suppresses: 0, offersUsed: 0, offersDeclined: 0 },
  };
}
