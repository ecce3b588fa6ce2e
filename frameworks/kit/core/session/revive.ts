/**
 * REVIVE and SUPPRESS: offers are asked for while tasks wait for a launch, and suppressed otherwise.
 *
 * A REVIVE goes out when more tasks wait than at the last step, unless too many went out before, and is repeated once.
 * Urgent demand is one that offers were not asked for yet: it waits for a short pause only, so that tasks that fit nowhere
 * and use the REVIVEs up hold up no others.
 */

import type { CommonEffect } from '../../../../cluster/model/event';
import type { Millis } from '../../../../cluster/model/time';
import { type CallingTurn, callNow } from './calls';
import { wake } from './timers';

/** Revives that may follow each other at once; further ones follow one per interval. */
const BURST = 3;
/** The pause after a REVIVE until the next one for urgent demand. */
const URGENT_PAUSE_MS = 500;

/** The number of tasks that wait for a launch, by their owners. */
export type Wanted = Map<string, number>;

export interface ReviveState {
  suppressed: boolean;
  /** Those that waited at the last step; more of them lead to a REVIVE. */
  wanted: Wanted;
  /** The roles of those; undefined for all roles of the framework. */
  wantedRoles?: ReadonlySet<string> | undefined;
  /** Roles for which offers are suppressed while others are asked for. */
  readonly idleRoles: Set<string>;
  tokens: number;
  refilledAt: Millis;
  /** The time of the last REVIVE. */
  sentAt: Millis;
  /** True when a REVIVE has yet to go out: the limit held it back, or it is the repetition. */
  owed: boolean;
  repeated: boolean;
  /** True while offers have yet to be asked for that no REVIVE has asked for, where the framework keeps it here. */
  urgent?: boolean | undefined;
}

export interface RevivingTurn extends CallingTurn {
  readonly state: CallingTurn['state'] & {
    readonly revive: ReviveState;
    readonly settings: {
      readonly role: string;
      readonly minReviveOffersMs: Millis;
      readonly suppressOffers: boolean;
    };
    readonly counters: { revives: number; suppresses: number };
  };
  readonly now: Millis;
  readonly effects: CallingTurn['effects'] & { push(effect: CommonEffect): unknown };
}

export function newReviveState(now: Millis): ReviveState {
  return {
    suppressed: false,
    wanted: new Map(),
    idleRoles: new Set(),
    tokens: BURST,
    refilledAt: now,
    sentAt: now,
    owed: false,
    repeated: true,
  };
}

/** Asks for offers or suppresses them, at the end of every step. Demand is urgent until a REVIVE has gone out. */
export function reviveOrSuppress(turn: RevivingTurn, wanted: Wanted, isUrgent = false): void {
  const { revive, session } = turn.state;
  if (!session.connected) return;
  const isNew = [...wanted].some(([owner, count]) => count > (revive.wanted.get(owner) ?? 0));
  revive.wanted = wanted;
  askFor(turn, isNew, isUrgent);
}

/** The same for a framework that keeps `wanted` itself, and knows whether more waits than at the last step. */
export function askFor(turn: RevivingTurn, isNew: boolean, isUrgent = false): void {
  const { revive, session } = turn.state;
  if (!session.connected) return;
  if (revive.wanted.size === 0) return suppress(turn);
  if (isNew || isUrgent || revive.suppressed) {
    revive.owed = true;
    revive.repeated = false;
  }
  if (revive.owed) reviveIfAllowed(turn, isUrgent);
  if (!revive.suppressed) suppressIdleRoles(turn);
}

/** A new subscription: the master sends offers until they are suppressed again. */
export function resubscribed(turn: RevivingTurn, wanted: Wanted): void {
  const { revive } = turn.state;
  revive.suppressed = false;
  revive.idleRoles.clear();
  revive.owed = false;
  revive.wanted = wanted;
}

/** Asks for offers right after a subscription, whatever the limit. */
export function reviveNow(turn: RevivingTurn): void {
  const { wantedRoles, idleRoles } = turn.state.revive;
  const roles = rolesOf(turn).filter((role) => wantedRoles?.has(role) ?? true);
  for (const role of roles) idleRoles.delete(role);
  callNow(turn, { type: 'REVIVE', revive: { roles } });
}

/** Has a REVIVE go out although no more tasks wait: one of them wants other offers than before. */
export function reviveAnew({ state: { revive } }: Pick<RevivingTurn, 'state'>): void {
  revive.owed = true;
  revive.repeated = false;
}

/** Repeats a REVIVE once: offers that were under way at the first one may have been declined since. */
export function repeatRevive({ state: { revive } }: RevivingTurn): void {
  if (revive.suppressed || revive.repeated || revive.wanted.size === 0) return;
  revive.repeated = true;
  revive.owed = true;
}

function rolesOf({ state: { session, settings } }: RevivingTurn): string[] {
  return [...(session.roles ?? [settings.role])];
}

function reviveIfAllowed(turn: RevivingTurn, isUrgent: boolean): void {
  const { revive, settings, counters } = turn.state;
  refill(turn);
  const allowedAt = reviveAllowedAt(turn, isUrgent);
  if (turn.now < allowedAt) {
    wake(turn, { kind: 'revive' }, allowedAt);
    return;
  }
  revive.tokens = Math.max(0, revive.tokens - 1);
  revive.sentAt = turn.now;
  revive.owed = false;
  // After a SUPPRESS the roles of which nothing waits stay suppressed.
  if (revive.suppressed) for (const role of rolesOf(turn)) revive.idleRoles.add(role);
  revive.suppressed = false;
  counters.revives++;
  reviveNow(turn);
  if (!revive.repeated) wake(turn, { kind: 'revive-again' }, turn.now + settings.minReviveOffersMs);
}

function reviveAllowedAt({ state: { revive, settings }, now }: RevivingTurn, isUrgent: boolean): Millis {
  if (revive.tokens > 0) return now;
  const refillAt = revive.refilledAt + settings.minReviveOffersMs;
  return isUrgent ? Math.min(refillAt, revive.sentAt + URGENT_PAUSE_MS) : refillAt;
}

function refill({ state: { revive, settings }, now }: RevivingTurn): void {
  const due = Math.floor((now - revive.refilledAt) / Math.max(1, settings.minReviveOffersMs));
  if (due <= 0) return;
  revive.tokens = Math.min(BURST, revive.tokens + due);
  revive.refilledAt = now;
}

function suppress(turn: RevivingTurn): void {
  const { revive, settings, counters } = turn.state;
  revive.owed = false;
  if (revive.suppressed || !settings.suppressOffers) return;
  revive.suppressed = true;
  revive.idleRoles.clear();
  counters.suppresses++;
  callNow(turn, { type: 'SUPPRESS', suppress: { roles: rolesOf(turn) } });
}

/** Suppresses the offers of roles of which nothing waits. */
function suppressIdleRoles(turn: RevivingTurn): void {
  const { revive, settings, counters } = turn.state;
  const { wantedRoles, idleRoles } = revive;
  if (!wantedRoles || !settings.suppressOffers) return;
  const roles = rolesOf(turn).filter((role) => !wantedRoles.has(role) && !idleRoles.has(role));
  if (roles.length === 0) return;
  for (const role of roles) idleRoles.add(role);
  counters.suppresses++;
  callNow(turn, { type: 'SUPPRESS', suppress: { roles } });
}
