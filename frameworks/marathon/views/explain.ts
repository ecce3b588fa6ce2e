/**
 * The reasons why instances of an app wait: agent by agent the rules that refuse them, and the smallest change that would
 * place them. Decided by the very match that launches.
 */

import { agentInfoOf } from '../../kit/core/constraints/field';
import type { RemainingOffer } from '../../kit/core/match/remaining-offer';
import type { App } from '../api/app';
import { stormsOf, stormText } from '../core/health/storm';
import { deadlineOf } from '../core/launch/backoff';
import { freeOn } from '../core/launch/known-agents';
import { matchContext } from '../core/launch/launch';
import { inFunnelOrder, refusalText } from '../core/match/refusals';
import { type AppChange, type Repair, smallestRepair } from '../core/match/repair';
import { matchSpec, type ResidentContext } from '../core/match/residents';
import type { KnownAgent, MarathonState } from '../core/state/state';
import { isoTime } from '../core/state/turn';

/** Ids of waiting instances that are shown; `waiting` is the number of all. */
const IDS_SHOWN_MAX = 100;

export function explainApp(state: MarathonState, app: App, now: number): object {
  const waiting = state.waiting.get(app.id) ?? new Set<string>();
  // Explanations draw no random numbers of the state, which a view does not change.
  const context = matchContext(state, app, now, { word: 1 });
  const agents = waiting.size === 0 ? [] : [...state.knownAgents.values()];
  const offers = agents.map((agent) => offerNow(state, agent, app.role));
  const repair = smallestRepair(offers, app, context);
  return {
    appId: app.id,
    instances: app.instances,
    waiting: waiting.size,
    waitingInstances: [...waiting].slice(0, IDS_SHOWN_MAX),
    reasons: reasonsOf(state, app, now),
    heldKills: stormsOf(state, app.id).map((scope) => stormText(state, scope)),
    agents: offers.map((offer, index) =>
      explainAgent(offer, { app, context, seenAt: agents[index]?.seenAt ?? now }),
    ),
    smallestChange: repair ? printRepair(repair) : null,
  };
}

/** The offer that an agent would make to a role, as far as its last offer and our own tasks tell. */
function offerNow(state: MarathonState, agent: KnownAgent, role: string): RemainingOffer {
  const offer = { ...agent.offer, allocation_info: { role } };
  return { offer, agent: agentInfoOf(offer), resources: freeOn(state, agent) };
}

/** The reasons that hold whatever agents offer; none when launches are tried. */
function reasonsOf(state: MarathonState, app: App, now: number): string[] {
  const waiting = state.waiting.get(app.id)?.size ?? 0;
  const deadline = deadlineOf(state, app) ?? 0;
  const deployment = state.locks.get(app.id);
  const reasons: string[] = [];
  if (waiting === 0) reasons.push('no instance waits for a launch');
  if (!state.session.connected) reasons.push('there is no connection to the Mesos master');
  if (waiting === 0) {
    const started = state.byApp.get(app.id)?.size ?? 0;
    if (deployment !== undefined && started < app.instances)
      reasons.push(
        `deployment ${deployment} has not come to this app, or starts only some instances at a time`,
      );
    return reasons;
  }
  if (deadline > now)
    reasons.push(`a launch delay after failures lasts ${Math.ceil((deadline - now) / 1000)} s longer`);
  if (state.launchTokens <= 0) reasons.push('all launch tokens are used: launches wait for tasks to start');
  if (state.session.connected && state.knownAgents.size === 0)
    reasons.push('the master has made no offer yet: other frameworks or quotas may have the resources');
  return reasons;
}

function explainAgent(
  remaining: RemainingOffer,
  { app, context, seenAt }: { readonly app: App; readonly context: ResidentContext; readonly seenAt: number },
): object {
  const match = matchSpec(remaining, app, context);
  const refusals = match.ok ? [] : match.refusals;
  return {
    agentId: remaining.agent.agentId,
    hostname: remaining.agent.host,
    offeredAt: isoTime(seenAt),
    matches: match.ok,
    reasons: inFunnelOrder(refusals),
    refusals: refusals.map((refusal) => ({ ...refusal, message: refusalText(refusal) })),
  };
}

function printRepair({ remaining, changes }: Repair): object {
  const { host, agentId } = remaining.agent;
  return {
    hostname: host,
    agentId,
    changes,
    message:
      changes.length === 0
        ? `${host} has room: its next offer is used`
        : `${host} would take an instance with ${changes.map(changeText).join(', and ')}`,
  };
}

function changeText({ member, from, to }: AppChange): string {
  if (to === null) return `no ${member} ${wordOf(from)}`;
  if (from === null) return `${member} ${wordOf(to)}`;
  return `${member} ${wordOf(to)} in place of ${wordOf(from)}`;
}

function wordOf(value: unknown): string {
  return Array.isArray(value) ? value.map(wordOf).join(' ') : String(value);
}
