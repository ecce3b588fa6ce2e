/**
 * Operations of agents that are gone or unreachable (Mesos 1.11 Master::sendBulkOperationFeedback). Their feedback is
 * sent once, without retries: a framework that misses it has to reconcile.
 */

import { lookUp } from '../../../model/ids';
import type { Agent, MasterState } from '../state/state';
import type { Turn } from '../state/turn';
import { countOperation } from './counts';
import { sendOperationUpdate } from './feedback';
import { removeOperation } from './record';

const MESSAGES = {
  OPERATION_UNREACHABLE: 'Agent was marked unreachable',
  OPERATION_GONE_BY_OPERATOR: 'Agent has been marked gone',
} as const;

/** Removes an agent's operations; frameworks get feedback of those with an id, unless they are drivers. */
export function loseOperations(turn: Turn, agent: Agent, verdict: keyof typeof MESSAGES): void {
  const { state } = turn;
  for (const record of [...agent.operations.values()]) {
    const framework = lookUp(state.frameworks, record.frameworkId);
    if (framework && record.info.id && framework.pid === undefined) {
      const { id: operation_id } = record.info;
      const agent_id = { value: agent.id };
      const status = { operation_id, agent_id, state: verdict, message: MESSAGES[verdict] };
      sendOperationUpdate(turn, framework, status);
    }
    countOperation(state, record.info.type, verdict);
    removeOperation(state, record);
  }
}

/** Removes the operations of an agent that was removed from the registry, without feedback. */
export function forgetOperations(state: MasterState, agent: Agent): void {
  for (const record of [...agent.operations.values()]) removeOperation(state, record);
}
