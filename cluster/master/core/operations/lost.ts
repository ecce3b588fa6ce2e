/**
 * Operations of an agent that is gone or out of reach: frameworks that asked hear of it (Mesos 1.11
 * Master::sendBulkOperationFeedback).
 */

import type * as mesos from '../../../api/generated/mesos';
import type { MasterEffect } from '../effects';
import type { Agent, MasterState } from '../state';
import { countOperation } from './counts';
import { tellOperation } from './feedback';
import { isEnd, removeOperation } from './record';

/** Forgets an agent's operations; those with an id are told to their frameworks. */
export function loseOperations(
  state: MasterState,
  agent: Agent,
  verdict: Extract<mesos.OperationState, 'OPERATION_UNREACHABLE' | 'OPERATION_GONE_BY_OPERATOR'>,
): MasterEffect[] {
  const effects: MasterEffect[] = [];
  for (const record of [...agent.operations.values()]) {
    const framework = state.frameworks.get(record.frameworkId ?? '');
    if (framework && record.info.id && !isEnd(record.latest.state)) {
      const status = { operation_id: record.info.id, agent_id: { value: agent.id }, state: verdict };
      effects.push(...tellOperation(framework, status));
    }
    countOperation(state, record.info.type, verdict);
    removeOperation(state, record);
  }
  return effects;
}
