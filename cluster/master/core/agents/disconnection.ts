/**
 * Disconnected agents, and recovered ones after a failover of the master: their time to reregister.
 *
 * In: agent.exited, woke(absent ...), woke(recovered)      Out: event(UPDATE), wake, resign
 */

import { type FrameworkId, lookUp } from '../../../model/ids';
import { note } from '../../../model/machine';
import { printDuration } from '../../../model/time';
import { setAgentActive } from '../allocator/agents';
import type { EventOf } from '../state/events';
import type { Agent, MasterState } from '../state/state';
import type { Timer } from '../state/timers';
import { emit, type Turn, wake } from '../state/turn';
import { removeExecutor } from '../tasks/executors';
import { lose } from './lost-tasks';
import { scheduleMarkUnreachable } from './mark-unreachable';
import { rescindOffersOfAgent } from './removal';

/**
 * The connection to an agent broke. Its offers are rescinded, and it has `--agent_reregister_timeout` to come back.
 * Pings alone would not do: an agent that hangs in its recovery answers them, but never reregisters (MESOS-6286).
 */
export function exited(turn: Turn, event: EventOf<'agent.exited'>): void {
  const { state } = turn;
  const agent = lookUp(state.agents, state.agentIdByPid.get(event.pid));
  if (!agent?.connected) return;
  agent.connected = false;
  agent.active = false;
  setAgentActive(state.allocator, agent.id, false);
  note(turn, 'warn', 'an agent is disconnected', { agent: agent.id, pid: agent.pid });
  rescindOffersOfAgent(turn, agent);
  loseUncheckpointed(turn, agent);
  const deadline = event.at + state.boot.settings.agentReregisterTimeoutMs;
  wake(turn, { kind: 'absent', agentId: agent.id }, deadline);
}

/** Loses tasks and executors of frameworks without checkpointing: a restarted agent cannot recover them. */
function loseUncheckpointed(turn: Turn, agent: Agent): void {
  const { state } = turn;
  const isUnkept = ({ frameworkId }: { frameworkId: FrameworkId }): boolean =>
    state.frameworks.get(frameworkId)?.info.checkpoint !== true;
  const message = `Agent ${agent.info.hostname} disconnected`;
  const loss = { state: 'TASK_LOST', reason: 'REASON_AGENT_DISCONNECTED', message } as const;
  for (const task of [...agent.tasks.values()].filter(isUnkept)) lose(turn, task, loss);
  for (const executor of [...agent.executors.values()].filter(isUnkept))
    removeExecutor(state, agent, executor);
}

/** `--agent_reregister_timeout` of a disconnected agent is over. */
export function reregisterTimeout(turn: Turn, { agentId: id }: Timer<'absent'>): void {
  const { state } = turn;
  const agent = state.agents.get(id);
  if (!agent || agent.connected) return;
  scheduleMarkUnreachable(turn, { agentId: id, kind: 'absent', reason: absence(state, 'disconnecting') });
}

/** `--agent_reregister_timeout` is over since this master leads: recovered agents are removed. */
export function recoveredTimeout(turn: Turn): void {
  const { state } = turn;
  const tooMany = removalLimitError(state);
  if (tooMany !== undefined) return emit(turn, { kind: 'resign', reason: tooMany });
  const reason = absence(state, 'master failover');
  for (const agentId of [...state.recovered.keys()]) {
    scheduleMarkUnreachable(turn, { agentId, kind: 'recovered', reason });
  }
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
