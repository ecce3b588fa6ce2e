/**
 * Offers the master has out, and what comes of them.
 *
 * In: allocations, ACCEPT (see launch.ts), DECLINE, REVIVE, SUPPRESS, woke(offer ...)      Out: event, wake
 * Always true: each piece of an agent's resources is in exactly one of free, offered, used.
 */

import type * as mesos from '../../api/generated/mesos';
import type * as scheduler from '../../api/generated/scheduler';
import {
  allocateTo,
  type Resources,
  type WireResource,
  writeLegacyResources,
  writeResources,
} from '../../model/resources';
import type { Millis } from '../../model/time';
import type { Allocation } from './allocator/allocate';
import { frameworkFacts } from './allocator/facts';
import { addFilter, clearFilters, recover, setFramework } from './allocator/state';
import type { MasterEffect } from './effects';
import { unavailabilityOf } from './maintenance/agents';
import { allocateLater, allocateSoon } from './schedule';
import { type Agent, countOf, type Framework, isCapable, type MasterState, type OfferRecord } from './state';

/** A refusal without a time lasts this long; one longer than a year is cut to a year (Mesos 1.11). */
const REFUSE_DEFAULT_S = 5;
const REFUSE_MAX_S = 365 * 24 * 3600;

/** Turns allocations into offers: one a framework, agent and role; one event a framework. */
export function makeOffers(
  state: MasterState,
  allocations: readonly Allocation[],
  now: Millis,
): MasterEffect[] {
  const byFramework = new Map<string, OfferRecord[]>();
  const effects: MasterEffect[] = [];
  for (const { frameworkId, agentId, role, resources } of allocations) {
    const offer = { id: `${state.boot.id}-O${state.next.offer++}`, frameworkId, agentId, role, resources };
    state.offers.set(offer.id, offer);
    state.frameworks.get(frameworkId)?.offers.add(offer.id);
    state.agents.get(agentId)?.offers.add(offer.id);
    const others = byFramework.get(frameworkId);
    if (others) others.push(offer);
    else byFramework.set(frameworkId, [offer]);
    const { offerTimeoutMs } = state.boot.settings;
    if (offerTimeoutMs !== undefined) {
      effects.push({ kind: 'wake', timer: `offer ${offer.id}`, at: now + offerTimeoutMs });
    }
  }
  for (const [frameworkId, offers] of byFramework) {
    const framework = state.frameworks.get(frameworkId);
    if (!framework?.stream) continue;
    const printed = offers.map((offer) => printOffer(state, framework, offer));
    countOf(framework, 'offers/sent', offers.length);
    effects.push({
      kind: 'event',
      stream: framework.stream,
      event: { type: 'OFFERS', offers: { offers: printed } },
    });
  }
  return effects;
}

/** An offer as the framework sees it; the form depends on its capabilities. */
export function printOffer(state: MasterState, framework: Framework, offer: OfferRecord): mesos.Offer {
  return offerPrinter(state, framework, offer)();
}

/** Gathers what printing an offer needs, and prints it later as of now. */
export function offerPrinter(
  state: MasterState,
  framework: Framework,
  offer: OfferRecord,
): () => mesos.Offer {
  const agent = state.agents.get(offer.agentId) as Agent;
  const { id, info, pid } = agent;
  const asNow = { id: framework.id, info: framework.info };
  const executorIds = executorIdsOf(agent, framework);
  const unavailability = unavailabilityOf(state, agent);
  return () => ({
    id: { value: offer.id },
    framework_id: { value: asNow.id },
    agent_id: { value: id },
    hostname: info.hostname,
    url: {
      scheme: 'http',
      address: { hostname: info.hostname, ...addressOf({ pid }) },
      path: `/${pid.slice(0, pid.lastIndexOf('@'))}`,
    },
    domain: info.domain,
    resources: printFor(asNow, offer.resources, offer.role) as mesos.Resource[],
    attributes: info.attributes,
    executor_ids: executorIds,
    unavailability,
    allocation_info: isCapable(asNow, 'MULTI_ROLE') ? { role: offer.role } : undefined,
  });
}

/** The executors that the framework has there; undefined without any. */
function executorIdsOf({ executors }: Agent, framework: Framework): mesos.ExecutorID[] | undefined {
  if (executors.size === 0) return undefined;
  const own = [...executors.values()].filter(({ frameworkId }) => frameworkId === framework.id);
  return own.length === 0 ? undefined : own.map(({ id }) => ({ value: id }));
}

/** Ports that the system hands out by itself are an agent's own matter. */
const HIDDEN = 'ephemeral_ports';

function printFor(framework: Pick<Framework, 'info'>, offered: Resources, role: string): WireResource[] {
  const resources = offered.filter(({ name }) => name !== HIDDEN);
  const marked = isCapable(framework, 'MULTI_ROLE') ? allocateTo(resources, role) : resources;
  return isCapable(framework, 'RESERVATION_REFINEMENT')
    ? writeResources(marked)
    : writeLegacyResources(marked);
}

/** The address that an agent listens on, from its pid. */
export function addressOf(agent: Pick<Agent, 'pid'>): { ip: string; port: number } {
  const at = agent.pid.lastIndexOf('@');
  const colon = agent.pid.lastIndexOf(':');
  return { ip: agent.pid.slice(at + 1, colon), port: Number(agent.pid.slice(colon + 1)) };
}

/** Takes an offer off the list without giving its resources anywhere. */
export function removeOffer(state: MasterState, offer: OfferRecord): void {
  state.offers.delete(offer.id);
  state.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
  state.agents.get(offer.agentId)?.offers.delete(offer.id);
}

/** Takes an offer back; the framework is told unless it is gone. */
export function rescind(state: MasterState, offerId: string): MasterEffect[] {
  const offer = state.offers.get(offerId);
  if (!offer) return [];
  removeOffer(state, offer);
  recover(state.allocator, offer, offer.resources);
  const framework = state.frameworks.get(offer.frameworkId);
  if (framework) countOf(framework, 'offers/rescinded');
  const stream = framework?.stream;
  if (!stream) return [];
  return [{ kind: 'event', stream, event: { type: 'RESCIND', rescind: { offer_id: { value: offer.id } } } }];
}

/** `--offer_timeout` is over for an offer. The timer is named `offer <id>`. */
export function offerExpired(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const effects = rescind(state, timer.slice('offer '.length));
  return effects.length > 0 ? [...effects, ...allocateSoon(state, now)] : [];
}

/** DECLINE: unknown offers are ignored. */
export function decline(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.Decline,
  now: Millis,
): MasterEffect[] {
  const effects: MasterEffect[] = [];
  for (const { value } of call.offer_ids ?? []) {
    const offer = state.offers.get(value);
    if (offer?.frameworkId !== framework.id) continue;
    removeOffer(state, offer);
    countOf(framework, 'offers/declined');
    effects.push(...giveBack(state, offer, { resources: offer.resources, filters: call.filters, now }));
  }
  return effects;
}

export interface GiveBack {
  readonly resources: Resources;
  readonly filters: mesos.Filters | undefined;
  readonly now: Millis;
}

/** Gives what is left of an offer back to the allocator, with the refusal that the framework asked for. */
export function giveBack(
  state: MasterState,
  offer: OfferRecord,
  { resources, filters, now }: GiveBack,
): MasterEffect[] {
  if (resources.length === 0) return [];
  recover(state.allocator, offer, resources);
  const seconds = refuseSeconds(filters);
  if (seconds === 0) return allocateLater(state, now);
  const until = now + Math.max(seconds * 1000, state.boot.settings.allocationIntervalMs);
  addFilter(state.allocator, offer.frameworkId, offer.agentId, { role: offer.role, resources, until });
  const timer = `filter ${offer.frameworkId} ${offer.agentId}`;
  return [{ kind: 'wake', timer, at: earliest(state, offer, until) }, ...allocateLater(state, now)];
}

function earliest(state: MasterState, { frameworkId, agentId }: OfferRecord, until: Millis): Millis {
  const filters = state.allocator.frameworks.get(frameworkId)?.filters.get(agentId) ?? [];
  return Math.min(until, ...filters.map((filter) => filter.until));
}

export function refuseSeconds(filters: mesos.Filters | undefined): number {
  const seconds = filters?.refuse_seconds ?? REFUSE_DEFAULT_S;
  return Number.isNaN(seconds) || seconds < 0 ? REFUSE_DEFAULT_S : Math.min(seconds, REFUSE_MAX_S);
}

/** The roles a REVIVE or SUPPRESS is about; undefined when it names one the framework does not have. */
function rolesOf(
  framework: Framework,
  wanted: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (!wanted || wanted.length === 0) return new Set(framework.roles);
  return wanted.every((role) => framework.roles.includes(role)) ? new Set(wanted) : undefined;
}

/**
 * REVIVE: refusals are forgotten and the roles take part again. A role it does not have drops the whole
 * call.
 */
export function revive(
  state: MasterState,
  framework: Framework,
  wanted: readonly string[] | undefined,
  now: Millis,
): MasterEffect[] {
  const roles = rolesOf(framework, wanted);
  if (!roles) return ignoredRoles(framework, 'REVIVE', wanted);
  framework.suppressedRoles = new Set([...framework.suppressedRoles].filter((role) => !roles.has(role)));
  syncFramework(state, framework);
  clearFilters(state.allocator, framework.id, roles);
  return allocateSoon(state, now);
}

/** SUPPRESS: no new offers in these roles; those that are out stay. */
export function suppress(
  state: MasterState,
  framework: Framework,
  wanted: readonly string[] | undefined,
): MasterEffect[] {
  const roles = rolesOf(framework, wanted);
  if (!roles) return ignoredRoles(framework, 'SUPPRESS', wanted);
  framework.suppressedRoles = new Set([...framework.suppressedRoles, ...roles]);
  syncFramework(state, framework);
  return [];
}

function ignoredRoles(
  framework: Framework,
  call: string,
  wanted: readonly string[] | undefined,
): MasterEffect[] {
  const fields = { framework: framework.id, roles: (wanted ?? []).join(',') };
  return [
    { kind: 'note', level: 'warn', text: `${call} names roles the framework does not have; ignored`, fields },
  ];
}

/** Tells the allocator the framework's roles as they are now. */
export function syncFramework(state: MasterState, framework: Framework): void {
  setFramework(state.allocator, framework.id, {
    active: framework.active,
    roles: framework.roles,
    suppressed: framework.suppressedRoles,
    facts: frameworkFacts(framework.info, framework.constraints),
  });
}
