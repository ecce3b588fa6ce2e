/**
 * Operations of an agent that is gone or out of reach: frameworks that asked hear of it (Mesos 1.11
 * Master::sendBulkOperationFeedback).
 */

import type { MasterEffect } from '../state/effects';
import type { Agent, MasterState } from '../state/state';
import { countOperation } from './counts';
import { sendOperationUpdate } from './feedback';
import { removeOperation } from './record';

const MESSAGES = {
  OPERATION_UNREACHABLE: 'Agent was marked unreachable',
  OPERATION_GONE_BY_OPERATOR: 'Agent has been marked gone',
} as const;

/** Forgets an agent's operations; those with an id are told to their frameworks, unless these are drivers. */
export function loseOperations(
  state: MasterState,
  agent: Agent,
  verdict: keyof typeof MESSAGES,
): MasterEffect[] {
  const effects: MasterEffect[] = [];
  for (const record of [...agent.operations.values()]) {
    const framework = state.frameworks.get(record.frameworkId ?? '');
    if (framework && record.info.id && framework.pid === undefined) {
      const { id: operation_id } = record.info;
      const agent_id = { value: agent.id };
      const status = { operation_id, agent_id, state: verdict, message: MESSAGES[verdict] };
      effects.push(...sendOperationUpdate(state, framework, status));
    }
    countOperation(state, record.info.type, verdict);
    removeOperation(state, record);
  }
  return effects;
}

/** Forgets the operations of an agent that left in order: nobody is told. */
export function forgetOperations(state: MasterState, agent: Agent): void {
  for (const record of [...agent.operations.values()]) removeOperation(state, record);
}
