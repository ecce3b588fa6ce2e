/**
 * The agents of the offers so far, with what is free there as far as offers and own tasks tell. Plans ask it where
 * instances would go.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import {
  addResources,
  type Resources,
  readResources,
  subtractResources,
  unallocated,
  type WireResource,
} from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import { KNOWN_AGENTS_MAX } from '../state/limits';
import type { KnownAgent, MarathonState } from '../state/state';

/** Remembers the newest offer of an agent. */
export function rememberOffer(state: MarathonState, offer: mesos.Offer, now: Millis): void {
  const { knownAgents, byTask, tasksForgotten } = state;
  const agentId = offer.agent_id.value;
  const before = knownAgents.get(agentId);
  const running = before?.running ?? new Map<string, Resources>();
  // Tasks that have ended since are looked for only where some task has been forgotten.
  if (before && before.forgotten !== tasksForgotten)
    for (const taskId of running.keys()) if (!byTask.has(taskId)) running.delete(taskId);
  for (const [taskId, resources] of before?.launched ?? [])
    if (byTask.has(taskId)) running.set(taskId, resources);
  // The agent whose offer is the oldest comes first.
  knownAgents.delete(agentId);
  knownAgents.set(agentId, { offer, seenAt: now, running, launched: new Map(), forgotten: tasksForgotten });
  if (knownAgents.size > KNOWN_AGENTS_MAX) {
    const [oldest] = knownAgents.keys();
    if (oldest !== undefined) knownAgents.delete(oldest);
  }
}

/** Remembers the resources that a task takes of its agent. */
export function rememberLaunch(
  { knownAgents }: MarathonState,
  { agentId, taskId, resources }: { agentId: string; taskId: string; resources: Resources },
): void {
  knownAgents.get(agentId)?.launched.set(taskId, unallocated(resources));
}

/** The resources that are free on an agent: those of its offer, less what was launched since, and with what has ended. */
export function freeOn({ byTask }: Pick<MarathonState, 'byTask'>, agent: KnownAgent): Resources {
  let free = unallocated(readResources(agent.offer.resources as readonly WireResource[] | undefined));
  for (const [taskId, resources] of agent.launched)
    if (byTask.has(taskId)) free = subtractResources(free, resources);
  for (const [taskId, resources] of agent.running)
    if (!byTask.has(taskId)) free = addResources(free, resources);
  return free;
}
