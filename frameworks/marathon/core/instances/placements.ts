/**
 * The values of constraint fields on the agents of an app's instances, counted, so that no match walks all instances.
 *
 * Always true: counted are the active instances with an agent and the present configuration of their app, as far as it
 * has constraints, and those with a reservation: they come back where they are. Others of an older configuration do not
 * count, as in the original (`TaskOpFactoryImpl`). Whoever changes an instance or the configuration of an app counts
 * again (checked by check-marathon.ts against all instances).
 */

import { type AgentInfo, fieldValue } from '../../../kit/core/constraints/field';
import type { Placements } from '../../../kit/core/constraints/list';
import { type RunSpec, specOf } from '../state/run-spec';
import type { AppPlacements, Instance, MarathonState } from '../state/state';
import { isLive } from './conditions';

const NONE: Placements = new Map();

/** The placements that the constraints of an app are held against. */
export function placementsOf({ placements }: Pick<MarathonState, 'placements'>, appId: string): Placements {
  return placements.get(appId)?.fields ?? NONE;
}

/** The placements beside an instance that is to be launched where it is: it is no neighbour of itself. */
export function placementsBeside(placements: Placements, app: RunSpec, instance: Instance): Placements {
  const agent = countedAgent(app, instance);
  if (!agent) return placements;
  const fields = new Map([...placements].map(([field, counts]) => [field, new Map(counts)]));
  lower(fields, agent);
  return fields;
}

/** Counts an instance where it is at present. */
export function countPlacement(state: MarathonState, instance: Instance): void {
  const app = specOf(state, instance.appId);
  const existing = currentPlacements(state, instance.appId);
  const before = existing?.agents.get(instance.id);
  const agent = app && countedAgent(app, instance);
  if (before === agent) return;
  if (existing && before) remove(existing, instance.id, before);
  if (app && agent) add(existing ?? newPlacements(state, app), instance.id, agent);
  if (existing?.agents.size === 0) state.placements.delete(instance.appId);
}

/** Counts an instance no longer. */
export function forgetPlacement({ placements }: MarathonState, { id, appId }: Instance): void {
  const existing = placements.get(appId);
  const agent = existing?.agents.get(id);
  if (!existing || !agent) return;
  remove(existing, id, agent);
  if (existing.agents.size === 0) placements.delete(appId);
}

/** The agent of an instance that counts; undefined for one that does not. */
export function countedAgent(
  { constraints, versionInfo }: RunSpec,
  instance: Instance,
): AgentInfo | undefined {
  if (constraints.length === 0) return undefined;
  if (instance.reservation !== undefined && instance.goal !== 'Decommissioned') return instance.agent;
  if (instance.configVersion < versionInfo.lastConfigChangeAt) return undefined;
  return isLive(instance) ? instance.agent : undefined;
}

/** Those of an older configuration are dropped: after such a change all instances are counted anew. */
function currentPlacements(state: MarathonState, appId: string): AppPlacements | undefined {
  const { placements } = state;
  const existing = placements.get(appId);
  if (!existing || existing.configVersion === specOf(state, appId)?.versionInfo.lastConfigChangeAt)
    return existing;
  placements.delete(appId);
  return undefined;
}

function newPlacements(
  { placements }: MarathonState,
  { id, constraints, versionInfo }: RunSpec,
): AppPlacements {
  const fields = new Map(constraints.map(([field = '']) => [field, new Map<string, number>()]));
  const added: AppPlacements = { configVersion: versionInfo.lastConfigChangeAt, agents: new Map(), fields };
  placements.set(id, added);
  return added;
}

function add(placements: AppPlacements, instanceId: string, agent: AgentInfo): void {
  placements.agents.set(instanceId, agent);
  for (const [field, counts] of placements.fields) {
    const value = fieldValue(field, agent);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
}

function remove(placements: AppPlacements, instanceId: string, agent: AgentInfo): void {
  placements.agents.delete(instanceId);
  lower(placements.fields, agent);
}

function lower(fields: ReadonlyMap<string, Map<string, number>>, agent: AgentInfo): void {
  for (const [field, counts] of fields) {
    const value = fieldValue(field, agent);
    if (value === undefined) continue;
    const count = counts.get(value) ?? 0;
    if (count > 1) counts.set(value, count - 1);
    else counts.delete(value);
  }
}
