/**
 * `/state-summary`: agents and frameworks with their tasks counted by state.
 */

import { agentMembers, frameworkSummaryMembers, jsonArray, jsonObject } from '../../../api/state-json';
import type { Agent, ExecutorRecord, Framework } from '../../core/state/state';
import { executorsByFramework } from '../../core/tasks/holdings';
import { type FilteredState, wholeState } from '../../views/read-filter';
import { printAgent, printFramework } from '../../views/readable-records';
import { recordsOf } from './task-fragments';

const COUNTED = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_FAILED',
  'TASK_LOST',
  'TASK_ERROR',
  'TASK_UNREACHABLE',
] as const;

function countsOf(states: readonly string[]): Record<string, string> {
  const counts = new Map<string, number>(COUNTED.map((name) => [name, 0]));
  for (const state of states) {
    const counted = counts.get(state);
    if (counted !== undefined) counts.set(state, counted + 1);
  }
  return Object.fromEntries([...counts].map(([name, number]) => [name, String(number)]));
}

/** The tasks of one agent, completed ones included, and their registered frameworks. */
interface TaskSummary {
  readonly states: string[];
  readonly frameworks: Set<string>;
}

function sumByAgent(state: FilteredState): ReadonlyMap<string, TaskSummary> {
  const sums = new Map<string, TaskSummary>();
  for (const framework of state.frameworks.values()) {
    for (const { agentId, state: now } of recordsOf(framework)) {
      const sum = sums.get(agentId) ?? { states: [], frameworks: new Set() };
      sums.set(agentId, sum);
      sum.states.push(now);
      sum.frameworks.add(framework.id);
    }
  }
  return sums;
}

/** `/state-summary`. */
export function summaryPage(state: FilteredState): string {
  const { boot } = state;
  const executors = executorsByFramework(wholeState(state));
  const sums = sumByAgent(state);
  return jsonObject({
    hostname: JSON.stringify(boot.hostname),
    cluster: boot.cluster === undefined ? undefined : JSON.stringify(boot.cluster),
    slaves: jsonArray(
      [...state.agents.values()].map((agent) => agentSummary(state, agent, sums.get(agent.id))),
    ),
    frameworks: jsonArray(
      [...state.frameworks.values()].map((framework) =>
        frameworkSummary(state, framework, executors.get(framework.id) ?? []),
      ),
    ),
  });
}

function agentSummary(state: FilteredState, agent: Agent, sum: TaskSummary | undefined): string {
  return jsonObject({
    ...agentMembers(printAgent(state, agent), state.filter?.role),
    ...countsOf(sum?.states ?? []),
    framework_ids: JSON.stringify([...(sum?.frameworks ?? [])]),
  });
}

function frameworkSummary(
  state: FilteredState,
  framework: Framework,
  executors: readonly ExecutorRecord[],
): string {
  const records = recordsOf(framework);
  const ids = [...new Set(records.map(({ agentId }) => agentId))];
  return jsonObject({
    ...frameworkSummaryMembers(printFramework(state, framework, executors), framework.pid),
    ...countsOf(records.map(({ state: now }) => now)),
    slave_ids: JSON.stringify(ids),
  });
}
