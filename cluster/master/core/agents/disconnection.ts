/**
 * Disconnected agents, and recovered ones after a failover of the master: their time to reregister.
 *
 * In: agent.exited, woke(absent ...), woke(recovered)      Out: event(UPDATE), wake, resign
 */

import { type Millis, printDuration } from '../../../model/time';
import { setAgentActive } from '../allocator/agents';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { Agent, MasterState } from '../state/state';
import { removeExecutor } from '../tasks/executors';
import { lose } from './lost-tasks';
import { scheduleMarkUnreachable } from './mark-unreachable';
import { rescindOffersOfAgent } from './removal';

/**
 * The connection to an agent broke. Its offers are rescinded, and it has `--agent_reregister_timeout` to come back.
 * Pings alone would not do: an agent that hangs in its recovery answers them, but never reregisters (MESOS-6286).
 */
export function exited(state: MasterState, event: EventOf<'agent.exited'>): MasterEffect[] {
  const agent = state.agents.get(state.agentIdByPid.get(event.pid) ?? '');
  if (!agent?.connected) return [];
  agent.connected = false;
  agent.active = false;
  setAgentActive(state.allocator, agent.id, false);
  const effects: MasterEffect[] = [
    {
      kind: 'note',
      level: 'warn',
      text: 'an agent is disconnected',
      fields: { agent: agent.id, pid: agent.pid },
    },
    ...rescindOffersOfAgent(state, agent),
  ];
  effects.push(...loseUncheckpointed(state, agent, event.at));
  const deadline = event.at + state.boot.settings.agentReregisterTimeoutMs;
  return [...effects, { kind: 'wake', timer: `absent ${agent.id}`, at: deadline }];
}

/** Loses tasks and executors of frameworks without checkpointing: a restarted agent cannot recover them. */
function loseUncheckpointed(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  const isUnkept = ({ frameworkId }: { frameworkId: string }): boolean =>
    state.frameworks.get(frameworkId)?.info.checkpoint !== true;
  const message = `Agent ${agent.info.hostname} disconnected`;
  const loss = { state: 'TASK_LOST', reason: 'REASON_AGENT_DISCONNECTED', message, now } as const;
  const lost = [...agent.tasks.values()].filter(isUnkept).flatMap((task) => lose(state, task, loss));
  for (const executor of [...agent.executors.values()].filter(isUnkept))
    removeExecutor(state, agent, executor);
  return lost;
}

/** `--agent_reregister_timeout` of a disconnected agent is over. The timer is named `absent <agent>`. */
export function reregisterTimeout(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const id = timer.slice('absent '.length);
  const agent = state.agents.get(id);
  if (!agent || agent.connected) return [];
  return scheduleMarkUnreachable(
    state,
    { agentId: id, kind: 'absent', reason: absence(state, 'disconnecting') },
    now,
  );
}

/** The one timer of all recovered agents. */
export const RECOVERED_TIMER = 'recovered';

/** `--agent_reregister_timeout` is over since this master leads: recovered agents are removed. */
export function recoveredTimeout(state: MasterState, now: Millis): MasterEffect[] {
  const tooMany = removalLimitError(state);
  if (tooMany !== undefined) return [{ kind: 'resign', reason: tooMany }];
  const reason = absence(state, 'master failover');
  return [...state.recovered.keys()].flatMap((agentId) =>
    scheduleMarkUnreachable(state, { agentId, kind: 'recovered', reason }, now),
  );
}

/** The reason of a removal, for logs and task statuses. */
function absence({ boot }: MasterState, since: string): string {
  return `agent did not reregister within ${printDuration(boot.settings.agentReregisterTimeoutMs)} after ${since}`;
}

/**
 * The error when more agents are missing than `--recovery_agent_removal_limit` allows. Then the master ends instead of
 * removing them: the fault is more likely in the network or the registry than in so many agents.
 */
function removalLimitError({
  recovered,
  expectedAgents,
  boot: { settings },
}: MasterState): string | undefined {
  const part = expectedAgents === 0 ? 0 : recovered.size / expectedAgents;
  if (part <= settings.recoveryAgentRemovalLimit) return undefined;
  return (
    `Post-recovery agent removal limit exceeded! After ${printDuration(settings.agentReregisterTimeoutMs)} there were ` +
    `${recovered.size} (${part * 100}%) agents recovered from the registry that did not reregister. The configured ` +
    `removal limit is ${settings.recoveryAgentRemovalLimit * 100}% (--recovery_agent_removal_limit). Please ` +
    'investigate or increase this limit to proceed further'
  );
}
