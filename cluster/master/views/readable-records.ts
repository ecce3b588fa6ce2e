/**
 * Printed agents and frameworks of a filtered state.
 *
 * Always true: sums of resources include those of hidden tasks, as in the original, which filters resources by role
 * and not by framework.
 */

import { agentPrinter, type PrintedAgent } from '../core/agents/print-agent';
import { frameworkPrinter, type PrintedFramework } from '../core/frameworks/print-framework';
import type { Agent, ExecutorRecord, Framework } from '../core/state/state';
import { type FilteredState, wholeState } from './read-filter';

/** An agent with all of its resources. */
export function printAgent(state: FilteredState, agent: Agent): PrintedAgent {
  return agentPrinter(state, agent, wholeState(state))();
}

/** A framework with its offers and sums of resources. Without `executors` every agent is searched for them. */
export function printFramework(
  state: FilteredState,
  framework: Framework,
  executors?: readonly ExecutorRecord[],
): PrintedFramework {
  return frameworkPrinter(state, framework, {
    ...(executors && { executors }),
    whole: wholeState(state),
  })();
}
