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
import { newWaitingRuns, type WaitingRuns } from './waiting-runs';

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

export interface MesosState {
  /** That of Chronos. */
  readonly outbox: Outbox<ChronosEffect>;
  readonly settings: MesosSettings;
  readonly random: Random;
  readonly session: Session;
  readonly offers: Map<string, HeldOffer>;
  readonly waiting: WaitingRuns;
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
    waiting: newWaitingRuns(),
    kills: new Map(),
    revive: newReviveState(0),
    unconfirmed: new Set(),
    confirmPauseMs: 0,
    demandWakeAt: undefined,
    counters: { revives: 0, suppresses: 0, offersUsed: 0, offersDeclined: 0 },
  };
}
