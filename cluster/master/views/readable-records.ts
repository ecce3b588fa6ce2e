/**
 * Agents and frameworks of a filtered state. Always true: their sums of resources count what is hidden, too, as in the
 * original, which hides resources by their roles and not by whose they are.
 */

import { agentPrinter, type PrintedAgent } from '../core/agents/print-agent';
import { frameworkPrinter, type PrintedFramework } from '../core/frameworks/print-framework';
import type { Agent, ExecutorRecord, Framework } from '../core/state/state';
import { type FilteredState, unfilteredState } from './read-filter';

/** An agent with all of its resources. */
export function printAgent(state: FilteredState, agent: Agent): PrintedAgent {
  return agentPrinter(state, agent, unfilteredState(state))();
}

/** A framework with its offers and sums of resources. Without `executors` they are looked for on every agent. */
export function printFramework(
  state: FilteredState,
  framework: Framework,
  executors?: readonly ExecutorRecord[],
): PrintedFramework {
  return frameworkPrinter(state, framework, {
    ...(executors && { executors }),
    whole: unfilteredState(state),
  })();
}
