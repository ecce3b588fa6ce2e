/**
 * Explanations of missing offers: for a framework, role or task, each agent with the reason why nothing of it is
 * offered. The reasons come from the functions by which the allocator itself decides (core/allocator/match.ts), so
 * that an explanation cannot differ from a decision.
 */

import type {
  AgentWhy,
  FrameworkWhy,
  RoleExplanation,
  RoleWhy,
  TaskExplanation,
  Why,
} from '../../api/explain';
import { printResources, type Resources } from '../../model/resources';
import { isStrictSubrole } from '../../model/roles';
import { type Budget, openBudget, withinQuota } from '../core/allocator/budget';
import {
  agentReason,
  allocatableTo,
  availableTo,
  offerReason,
  type Pair,
  type Reason,
} from '../core/allocator/match';
import type { AllocatorAgent, AllocatorFramework } from '../core/allocator/state';
import { isDown } from '../core/maintenance/agents';
import { printQuantities } from '../core/registry/quota-config';
import { frameworksIn, knownRoles } from '../core/roles/known-roles';
import type { Framework, TaskRecord } from '../core/state/state';
import type { FilteredState } from './read-filter';
import { roleSummaries } from './roles';

/** Explains a framework: all agents are counted by reason in each of its roles, at most `limit` are listed. */
export function explainFramework(
  state: FilteredState,
  framework: Framework,
  limit: number,
  only?: string,
): FrameworkWhy {
  const allocated = state.allocator.frameworks.get(framework.id);
  const roles = framework.roles.filter((role) => only === undefined || isWithin(role, only));
  const budget = openBudget(state.allocator);
  return {
    framework_id: framework.id,
    name: framework.info.name,
    reasons: frameworkReasons(state, framework),
    roles: allocated
      ? roles.map((role) => explainRoleOf(state, { framework: allocated, role }, { budget, limit }))
      : [],
  };
}

function frameworkReasons(state: FilteredState, framework: Framework): Why[] {
  const reasons: Why[] = [];
  if (state.allocator.pausedUntil !== undefined) reasons.push('paused');
  if (!framework.active) reasons.push('framework inactive');
  if (framework.roles.length === 0) reasons.push('no roles');
  if (state.agents.size === 0) reasons.push('no agents');
  return reasons;
}

interface Member {
  readonly framework: AllocatorFramework;
  readonly role: string;
}

interface AllocationContext {
  readonly budget: Budget | undefined;
  readonly limit: number;
}

function explainRoleOf(
  state: FilteredState,
  { framework, role }: Member,
  { budget, limit }: AllocationContext,
): RoleWhy {
  const counts: Partial<Record<Why, number>> = {};
  const agents: AgentWhy[] = [];
  for (const agent of state.allocator.agents.values()) {
    const available = availableTo(agent, role, []);
    const reason = rejectionReason(state, { agent, framework, role }, { available, budget });
    counts[reason] = (counts[reason] ?? 0) + 1;
    if (agents.length >= limit) continue;
    const { hostname } = agent.facts;
    agents.push({ agent_id: agent.id, hostname, reason, free: printResources(available) });
  }
  const reasons: Why[] = framework.suppressed.has(role) ? ['suppressed'] : [];
  return { role, reasons, counts, agents };
}

/** The reason why an agent is not offered to a framework in a role now; `next run` when nothing is against it. */
export function rejectionReason(
  state: FilteredState,
  pair: Pair,
  { available, budget }: { readonly available: Resources; readonly budget: Budget | undefined },
): Why {
  if (hasOffer(state, pair)) return 'offered';
  const { allocator } = state;
  const first = agentReason(allocator, pair.agent);
  if (first) return describeReason(state, pair.agent, first);
  const all = allocatableTo(allocator, pair, available);
  if (typeof all === 'string') return describeReason(state, pair.agent, all);
  const resources = budget ? withinQuota(budget, pair.role, all) : all;
  // Expired filters are removed by their timer (offers/allocation.ts): every filter still here is in force.
  const offer = { resources, wasMore: resources !== all, now: Number.NEGATIVE_INFINITY };
  const last = offerReason(allocator, pair, offer);
  if (last === 'quota' && budget) return quotaPart(state, pair, { all, budget });
  return last ? describeReason(state, pair.agent, last) : 'next run';
}

function hasOffer(state: FilteredState, { agent, framework, role }: Pair): boolean {
  return [...(state.agents.get(agent.id)?.offers ?? [])].some((id) => {
    const offer = state.offers.get(id);
    return offer?.frameworkId === framework.id && offer.role === role;
  });
}

/**
 * Tells the two causes of a quota apart: if the resources would suffice without any required headroom, the
 * guarantees of others hold them back, otherwise the role's own limit does.
 */
function quotaPart(
  { allocator }: FilteredState,
  pair: Pair,
  { all, budget }: { readonly all: Resources; readonly budget: Budget },
): Why {
  const resources = withinQuota({ ...budget, required: new Map() }, pair.role, all);
  const reason = offerReason(allocator, pair, { resources, wasMore: true, now: 0 });
  return reason === 'quota' ? 'quota limit' : 'quota headroom';
}

function describeReason(state: FilteredState, { id }: AllocatorAgent, reason: Reason): Why {
  if (reason === 'quota') return 'quota limit';
  if (reason !== 'agent inactive') return reason;
  const agent = state.agents.get(id);
  if (!agent?.connected) return 'disconnected';
  if (isDown(state, agent.info.hostname, agent.pid)) return 'maintenance';
  return state.registry.drains.has(id) ? 'draining' : 'deactivated';
}

/** Explains a role and the roles below it; undefined for an unknown role (core/roles/known-roles.ts). */
export function explainRole(
  state: FilteredState,
  role: string,
  look: { readonly limit: number; readonly sees: (framework: Framework) => boolean },
): RoleExplanation | undefined {
  const summary = roleSummaries(state).find(({ name }) => name === role);
  if (!summary) return undefined;
  const ids = knownRoles(state)
    .filter((name) => isWithin(name, role))
    .flatMap((name) => frameworksIn(state, name));
  const frameworks = [...new Set(ids)].flatMap((id) => state.frameworks.get(id) ?? []).filter(look.sees);
  return {
    role,
    weight: summary.weight,
    share: state.allocator.roles.nodes.get(role)?.share ?? 0,
    guarantee: printQuantities(summary.guarantee),
    limit: printQuantities(summary.limit),
    consumed: printQuantities(summary.consumed),
    frameworks: frameworks.map((framework) => explainFramework(state, framework, look.limit, role)),
  };
}

/** Explains every task of this id, running or not: ids are unique within a framework only. */
export function explainTasks(state: FilteredState, id: string, limit: number): TaskExplanation[] {
  const all = [...state.frameworks.values(), ...state.completed.values()];
  return all.flatMap((framework) => {
    const task =
      framework.tasks.get(id) ??
      framework.unreachableTasks.get(id) ??
      framework.completedTasks.findLast((completed) => completed.id === id);
    return task ? [explainTask(state, framework, task, limit)] : [];
  });
}

function explainTask(
  state: FilteredState,
  framework: Framework,
  task: TaskRecord,
  limit: number,
): TaskExplanation {
  const last = task.statuses.at(-1);
  return {
    task_id: task.id,
    state: task.state,
    agent_id: task.agentId,
    reason: last?.reason,
    message: last?.message,
    framework: state.frameworks.has(framework.id) ? explainFramework(state, framework, limit) : undefined,
  };
}

/** True when one role is another or below it. */
function isWithin(role: string, top: string): boolean {
  return role === top || isStrictSubrole(role, top);
}
