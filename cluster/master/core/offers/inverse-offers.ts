/**
 * Inverse offers: requests to frameworks to free agents whose machines have maintenance ahead, and their answers.
 *
 * In: ACCEPT_INVERSE_OFFERS, DECLINE_INVERSE_OFFERS, woke(inverse ...), runs of the allocator
 * Out: event(INVERSE_OFFERS, RESCIND_INVERSE_OFFER), wake
 * Always true: a framework has at most one inverse offer of an agent, which is registered, on a scheduled machine. An
 * inverse offer names no resources: it is about the whole agent (Mesos 1.11 src/master/allocator/mesos/hierarchical.cpp
 * generateInverseOffers, updateInverseOffer, and src/master/master.cpp).
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import type { AgentId, FrameworkId } from '../../../model/ids';
import { note } from '../../../model/machine';
import type { Millis } from '../../../model/time';
import { agentMachineKey, unavailabilityOf } from '../maintenance/agents';
import { sendEvent } from '../scheduler-events/send-event';
import type { AnswerStatus, InverseOfferRecord } from '../state/inverse-offers';
import { type Agent, type Framework, isOffered, type MasterState } from '../state/state';
import type { Timer } from '../state/timers';
import { type Turn, wake } from '../state/turn';
import { refuseSeconds } from './decline';
import { addressOf } from './print-offer';

/**
 * Sends inverse offers to frameworks with resources on scheduled machines. It follows each run of the allocator, but at
 * most once in an allocation interval; in between the timer `inverse` is set.
 */
export function askSoon(turn: Turn): void {
  const { state, now } = turn;
  const { inverse } = state;
  if (state.registry.machines.size === 0) return;
  const nextRunAt = inverse.lastRunAt + state.boot.settings.allocationIntervalMs;
  if (nextRunAt <= now) ask(turn);
  else wakeAt(turn, nextRunAt);
}

/** The timer `inverse`: the interval or a refusal is over. */
export function askNow(turn: Turn): void {
  const { state, now } = turn;
  const { inverse } = state;
  if (inverse.dueAt === undefined || inverse.dueAt > now) return;
  inverse.dueAt = undefined;
  ask(turn);
}

function wakeAt(turn: Turn, dueAt: Millis): void {
  const { state } = turn;
  const { inverse } = state;
  if (inverse.dueAt !== undefined && inverse.dueAt <= dueAt) return;
  inverse.dueAt = dueAt;
  wake(turn, { kind: 'inverse' }, dueAt);
}

function ask(turn: Turn): void {
  const { state, now } = turn;
  const { inverse } = state;
  inverse.lastRunAt = now;
  const byFramework = new Map<FrameworkId, InverseOfferRecord[]>();
  let nextAt = Number.POSITIVE_INFINITY;
  for (const agent of scheduledAgents(state)) {
    for (const frameworkId of frameworksOn(agent, state)) {
      const framework = state.frameworks.get(frameworkId);
      if (!framework?.active || inverse.outstanding.get(agent.id)?.has(frameworkId)) continue;
      const until = inverse.refusedUntil.get(agent.id)?.get(frameworkId) ?? 0;
      if (until > now) nextAt = Math.min(nextAt, until);
      else append(byFramework, makeOffer(state, framework, agent));
    }
  }
  for (const [id, offers] of byFramework) send(turn, id, offers);
  if (Number.isFinite(nextAt)) wakeAt(turn, nextAt);
}

function append(byFramework: Map<FrameworkId, InverseOfferRecord[]>, offer: InverseOfferRecord): void {
  const existing = byFramework.get(offer.frameworkId);
  if (existing) existing.push(offer);
  else byFramework.set(offer.frameworkId, [offer]);
}

function scheduledAgents(state: MasterState): Agent[] {
  const { machines } = state.registry;
  if (machines.size === 0) return [];
  return [...state.agents.values()].filter(
    (agent) => isOffered(agent) && machines.has(agentMachineKey(agent)),
  );
}

/** The frameworks that have resources of the agent, offered or used. */
function frameworksOn(agent: Agent, state: MasterState): Set<FrameworkId> {
  const ids = new Set<FrameworkId>();
  for (const task of agent.tasks.values()) if (task.holdsResources) ids.add(task.frameworkId);
  for (const { frameworkId } of agent.executors.values()) ids.add(frameworkId);
  for (const id of agent.offers) {
    const offer = state.offers.get(id);
    if (offer) ids.add(offer.frameworkId);
  }
  return ids;
}

/** Creates an inverse offer. Its id is from the counter of offers, so that no two ids are alike. */
function makeOffer(state: MasterState, framework: Framework, agent: Agent): InverseOfferRecord {
  const id = `${state.boot.id}-O${state.next.offer++}`;
  const unavailability = unavailabilityOf(state, agent) ?? { start: { nanoseconds: 0 } };
  const offer = { id, frameworkId: framework.id, agentId: agent.id, unavailability };
  state.inverse.offers.set(id, offer);
  inner(state.inverse.outstanding, agent.id).set(framework.id, id);
  return offer;
}

function inner<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const existing = map.get(key);
  if (existing) return existing;
  const created = new Map<string, V>();
  map.set(key, created);
  return created;
}

function send(turn: Turn, frameworkId: FrameworkId, offers: readonly InverseOfferRecord[]): void {
  const { state, now } = turn;
  const framework = state.frameworks.get(frameworkId);
  if (!framework?.stream) return;
  const { offerTimeoutMs } = state.boot.settings;
  const inverse_offers = { inverse_offers: offers.map((offer) => printInverseOffer(state, offer)) };
  sendEvent(turn, framework, { type: 'INVERSE_OFFERS', inverse_offers });
  if (offerTimeoutMs === undefined) return;
  for (const { id } of offers) wake(turn, { kind: 'inverse-offer', offerId: id }, now + offerTimeoutMs);
}

/** An inverse offer in the form of the v1 API. */
export function printInverseOffer(state: MasterState, offer: InverseOfferRecord): mesos.InverseOffer {
  const agent = state.agents.get(offer.agentId);
  return {
    id: { value: offer.id },
    url: agent && {
      scheme: 'http',
      address: { hostname: agent.info.hostname, ...addressOf(agent) },
      path: `/${agent.pid.slice(0, agent.pid.lastIndexOf('@'))}`,
    },
    framework_id: { value: offer.frameworkId },
    agent_id: { value: offer.agentId },
    unavailability: offer.unavailability,
  };
}

/** The inverse offers that a framework has not answered yet. */
export function inverseOffersOf(state: MasterState, frameworkId: FrameworkId): InverseOfferRecord[] {
  const ids = [...state.inverse.outstanding.values()].flatMap(
    (byFramework) => byFramework.get(frameworkId) ?? [],
  );
  return ids.flatMap((id) => state.inverse.offers.get(id) ?? []);
}

/** A framework's answer to inverse offers. */
export interface InverseAnswer {
  readonly status: 'ACCEPT' | 'DECLINE';
  readonly ids: readonly mesos.OfferID[];
  readonly filters: mesos.Filters | undefined;
}

/** The answer in a call. */
export function answerOf(
  status: InverseAnswer['status'],
  { inverse_offer_ids, filters }: scheduler.Call.AcceptInverseOffers | scheduler.Call.DeclineInverseOffers,
): InverseAnswer {
  return { status, ids: inverse_offer_ids ?? [], filters };
}

/**
 * ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS: records the answer, and sends no inverse offer again for
 * `refuse_seconds`.
 */
export function answerInverseOffers(turn: Turn, framework: Framework, answer: InverseAnswer): void {
  const { state, now } = turn;
  for (const { value } of answer.ids) {
    const offer = state.inverse.offers.get(value);
    if (offer?.frameworkId !== framework.id) {
      ignored(turn, framework, value, answer.status);
      continue;
    }
    dropInverseOffer(state, offer);
    const status: AnswerStatus = {
      status: answer.status,
      framework_id: { value: framework.id },
      timestamp: { nanoseconds: BigInt(Math.round(now)) * 1_000_000n },
    };
    inner(state.inverse.answers, offer.agentId).set(framework.id, status);
    // The filter of an ACCEPT counts as that of a DECLINE.
    const until = now + refuseSeconds(answer.filters) * 1000;
    inner(state.inverse.refusedUntil, offer.agentId).set(framework.id, until);
    wakeAt(turn, Math.max(until, state.inverse.lastRunAt + state.boot.settings.allocationIntervalMs));
  }
}

function ignored(turn: Turn, framework: Framework, id: string, status: string): void {
  const fields = { framework: framework.id, offer: id, answer: status };
  note(turn, 'warn', 'an inverse offer is no longer valid; ignored', fields);
}

function dropInverseOffer(state: MasterState, offer: InverseOfferRecord): void {
  state.inverse.offers.delete(offer.id);
  const byFramework = state.inverse.outstanding.get(offer.agentId);
  byFramework?.delete(offer.frameworkId);
  if (byFramework?.size === 0) state.inverse.outstanding.delete(offer.agentId);
}

/** Rescinds the inverse offers of an agent that is no longer offered. */
export function rescindInverseOffers(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  for (const id of [...(state.inverse.outstanding.get(agentId)?.values() ?? [])]) rescindInverse(turn, id);
}

/** Rescinds all inverse offers of a framework. */
export function rescindInverseOffersOf(turn: Turn, frameworkId: FrameworkId): void {
  const { state } = turn;
  for (const { id } of inverseOffersOf(state, frameworkId)) rescindInverse(turn, id);
}

function rescindInverse(turn: Turn, id: string): void {
  const { state } = turn;
  const offer = state.inverse.offers.get(id);
  if (!offer) return;
  dropInverseOffer(state, offer);
  const rescind_inverse_offer = { inverse_offer_id: { value: id } };
  sendEvent(turn, state.frameworks.get(offer.frameworkId), {
    type: 'RESCIND_INVERSE_OFFER',
    rescind_inverse_offer,
  });
}

/** `--offer_timeout` of an inverse offer is over: it is rescinded and sent again. */
export function inverseOfferExpired(turn: Turn, { offerId }: Timer<'inverse-offer'>): void {
  if (!turn.state.inverse.offers.has(offerId)) return;
  rescindInverse(turn, offerId);
  askSoon(turn);
}

/** Removes the inverse offers of a disconnected framework without an event, and its refusals unless `keepRefusals`. */
export function dropInverseOffers(
  state: MasterState,
  frameworkId: FrameworkId,
  { keepRefusals }: { keepRefusals: boolean },
): void {
  for (const offer of inverseOffersOf(state, frameworkId)) dropInverseOffer(state, offer);
  if (!keepRefusals) clearInverseRefusals(state, frameworkId);
}

/** Removes inverse offers, refusals and answers of a framework that ended. */
export function forgetFramework(state: MasterState, frameworkId: FrameworkId): void {
  dropInverseOffers(state, frameworkId, { keepRefusals: false });
  for (const [agentId, byFramework] of state.inverse.answers) {
    byFramework.delete(frameworkId);
    if (byFramework.size === 0) state.inverse.answers.delete(agentId);
  }
}

/** Removes the refusals of a framework: REVIVE asks for all inverse offers again. */
export function clearInverseRefusals(state: MasterState, frameworkId: FrameworkId): void {
  for (const [agentId, byFramework] of state.inverse.refusedUntil) {
    byFramework.delete(frameworkId);
    if (byFramework.size === 0) state.inverse.refusedUntil.delete(agentId);
  }
}

/** Removes answers and refusals about an agent that left, or whose unavailability changed. */
export function forgetAnswers(state: MasterState, agentId: AgentId): void {
  state.inverse.answers.delete(agentId);
  state.inverse.refusedUntil.delete(agentId);
}

/** The answers of frameworks about an agent, for the maintenance status. */
export function answersAbout(state: MasterState, agentId: AgentId): AnswerStatus[] {
  return [...(state.inverse.answers.get(agentId)?.values() ?? [])];
}
