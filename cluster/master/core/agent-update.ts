/**
 * What an agent reports right after it registered, and whenever it changes (Mesos 1.11 Master::updateSlave). With it everything
 * that is pending on the agent is known, so that one that is being emptied may turn out to be empty.
 *
 * In: agent.update      Out: store
 */

import { checkDrained } from './drained';
import type { MasterEffect } from './effects';
import type { EventOf } from './events';
import { count, type MasterState } from './state';

export function updateAgent(
  state: MasterState,
  { pid, message, at }: EventOf<'agent.update'>,
): MasterEffect[] {
  count(state, 'master/messages_update_slave');
  const agent = state.agents.get(message.slave_id.value);
  return agent?.pid === pid ? checkDrained(state, agent.id, at) : [];
}
