/** A small framework for tests of the kit: a state with all that the functions of the core need, and its turns. */

import type { CommonEffect } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';
import type { Session } from '../../../frameworks/kit/core/session/calls';
import type { CallEffect } from '../../../frameworks/kit/core/session/effects';
import type { Kill } from '../../../frameworks/kit/core/session/kills';
import { newReviveState } from '../../../frameworks/kit/core/session/revive';
import { newOutbox } from '../../../frameworks/kit/core/turn/outbox';

export type Effect = CommonEffect | CallEffect;

function newState() {
  const session: Session = { connected: true, frameworkId: 'F1' };
  return {
    session,
    outbox: newOutbox<Effect>(),
    kills: new Map<string, Kill>(),
    revive: newReviveState(0),
    unconfirmed: new Set<string>(),
    confirmPauseMs: 0,
    counters: { revives: 0, suppresses: 0 },
    settings: {
      role: 'web',
      minReviveOffersMs: 5000,
      suppressOffers: true,
      killChunkSize: 2,
      killRetryMs: 30_000,
      reconciliationInitialMs: 15_000,
      reconciliationIntervalMs: 600_000,
    },
  };
}

export class SmallFramework {
  readonly state = newState();
  readonly effects: Effect[] = [];
  now: Millis = 0;

  /** The calls of the effects so far, without those of earlier questions. */
  calls() {
    return this.effects.splice(0).flatMap((effect) => (effect.kind === 'call' ? [effect.call] : []));
  }

  /** The effects so far as words: types of calls, and timers with their times. */
  words(): string[] {
    return this.effects.splice(0).map((effect) => {
      if (effect.kind === 'call') return effect.call.type ?? '';
      return effect.kind === 'wake' ? `${effect.timer} at ${effect.at}` : effect.text;
    });
  }
}
