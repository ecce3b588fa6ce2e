/**
 * `/state`, `/slaves`, `/frameworks`, `/tasks` and `/state-summary`: the v0 JSON of a moment (keys as in
 * Mesos 1.11).
 */

import type { Resource } from '../../../api/generated/mesos';
import { encodeJson } from '../../../api/json-write';
import {
  agentJson,
  agentMembers,
  executorJson,
  type FrameworkParts,
  frameworkJson,
  frameworkSummaryMembers,
  jsonArray,
  jsonObject,
  offerJson,
  quantitiesJson,
  recoveredAgentJson,
  reservedFullJson,
  taskJsonWith,
} from '../../../api/state-json';
import { buildMembers } from '../../../runtime/build';
import { printOffer } from '../../core/offers/print-offer';
import { MASTER_CAPABILITIES } from '../../core/state/capabilities';
import { printMasterInfo } from '../../core/state/master-info';
import {
  type Agent,
  type ExecutorRecord,
  type Framework,
  isOffered,
  type MasterState,
  type TaskRecord,
} from '../../core/state/state';
import { executorsByFramework } from '../../core/tasks/holdings';
import { printTaskHead } from '../../core/tasks/print-task';
import { getWeights } from '../../views/operator';
import { type FilteredState, unfilteredState } from '../../views/read-filter';
import { printAgent, printFramework } from '../../views/readable-records';
import { visibleResources } from '../../views/visible-resources';

/**
 * The JSON of each task as last made, kept as long as the record: a big state is put together from what has
 * not changed. Records replace `statuses` with every update, so that the same list means the same text.
 */
const fragments = new WeakMap<
  TaskRecord,
  { statuses: TaskRecord['statuses']; state: string; json: string }
>();

function task(record: TaskRecord): string {
  const fragment = fragments.get(record);
  if (fragment && fragment.statuses === record.statuses && fragment.state === record.state)
    return fragment.json;
  const json = taskJsonWith(printTaskHead(record), {
    resources: quantitiesJson(record.resources),
    role: record.role,
  });
  fragments.set(record, { statuses: record.statuses, state: record.state, json });
  return json;
}

/**
 * Makes the JSON of each task that has none yet, with a pause after each: a page that is put together afterwards, of
 * that moment, finds nearly all of it made.
 */
export function* prepareTasks(state: MasterState): Generator<void, void> {
  for (const framework of [...state.frameworks.values(), ...state.completed.values()]) {
    for (const record of recordsOf(framework)) {
      const fragment = fragments.get(record);
      if (fragment && fragment.statuses === record.statuses && fragment.state === record.state) continue;
      task(record);
      yield;
    }
  }
}

function partsOf(
  state: MasterState,
  framework: Framework,
  executors: readonly ExecutorRecord[],
): FrameworkParts {
  const offers = [...framework.offers].flatMap((id) => state.offers.get(id) ?? []);
  return {
    tasks: [...framework.tasks.values()].map(task),
    unreachable: [...framework.unreachableTasks.values()].map(task),
    completed: framework.completedTasks.map(task),
    offers: offers.map((offer) => offerJson(printOffer(state, framework, offer))),
    executors: executors.map(({ info, agentId }) => executorJson(info, agentId)),
    pid: framework.pid,
  };
}

function frameworks(state: FilteredState, which: Iterable<Framework>): string {
  const shown = executorsByFramework(state);
  const all = state.filter ? executorsByFramework(unfilteredState(state)) : shown;
  return jsonArray(
    [...which].map((framework) =>
      frameworkJson(
        printFramework(state, framework, all.get(framework.id) ?? []),
        partsOf(state, framework, shown.get(framework.id) ?? []),
      ),
    ),
  );
}

const agents = (state: FilteredState): string =>
  jsonArray(
    [...state.agents.values()].map((agent) => agentJson(printAgent(state, agent), state.filter?.role)),
  );

const recovered = (state: MasterState): string =>
  jsonArray([...state.recovered.values()].map(recoveredAgentJson));

/** The whole state. Who may not see the flags does not see the cluster's name either, as in the original. */
export function statePage(state: FilteredState, flags: Record<string, string> | undefined): string {
  const { boot } = state;
  const info = printMasterInfo(state);
  const { id, pid, port, hostname, domain } = info;
  const leader = { id, pid, port, hostname, domain };
  const active = [...state.agents.values()].filter(isOffered).length;
  return jsonObject({
    version: JSON.stringify(boot.version),
    ...buildMembers(),
    start_time: String(boot.startedAt / 1000),
    elected_time: state.electedAt === undefined ? undefined : String(state.electedAt / 1000),
    id: JSON.stringify(boot.id),
    pid: JSON.stringify(info.pid),
    hostname: JSON.stringify(boot.hostname),
    capabilities: JSON.stringify(MASTER_CAPABILITIES),
    activated_slaves: String(active),
    deactivated_slaves: String(state.agents.size - active),
    unreachable_slaves: String(state.registry.unreachable.size),
    domain: domain && JSON.stringify(domain),
    leader: JSON.stringify(info.pid),
    leader_info: JSON.stringify(leader),
    cluster: flags && quoted(boot.cluster),
    log_dir: quoted(flags?.['log_dir']),
    external_log_file: quoted(flags?.['external_log_file']),
    flags: flags && JSON.stringify(flags),
    slaves: agents(state),
    recovered_slaves: recovered(state),
    frameworks: frameworks(state, state.frameworks.values()),
    completed_frameworks: frameworks(state, state.completed.values()),
    orphan_tasks: '[]',
    unregistered_frameworks: '[]',
  });
}

const quoted = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.stringify(text);

/** `/slaves`: agents with their resources one by one, too; with an id only that agent. */
export function slavesPage(state: FilteredState, agentId?: string | undefined): string {
  const isAsked = (id: string): boolean => agentId === undefined || id === agentId;
  const shown = [...state.agents.values()].filter(({ id }) => isAsked(id));
  const expected = [...state.recovered].filter(([id]) => isAsked(id));
  return jsonObject({
    slaves: jsonArray(shown.map((agent) => wholeAgent(state, agent))),
    recovered_slaves: jsonArray(expected.map(([, info]) => recoveredAgentJson(info))),
  });
}

function wholeAgent(state: FilteredState, agent: Agent): string {
  const printed = printAgent(state, agent);
  const seesRole = state.filter?.role ?? ((): boolean => true);
  const list = (wire: readonly Resource[] | undefined): string =>
    jsonArray(visibleResources(wire, seesRole).map((resource) => encodeJson('mesos.v1.Resource', resource)));
  const total = visibleResources(printed.total_resources, seesRole);
  return jsonObject({
    ...agentMembers(printed, state.filter?.role),
    ...reservedFullJson(total, seesRole),
    used_resources_full: list(printed.allocated_resources),
    offered_resources_full: list(printed.offered_resources),
  });
}

/** `/frameworks`; with an id only that one. */
export function frameworksPage(state: FilteredState, frameworkId?: string | undefined): string {
  const selected = (all: ReadonlyMap<string, Framework>): Framework[] =>
    [...all.values()].filter(({ id }) => frameworkId === undefined || id === frameworkId);
  return jsonObject({
    frameworks: frameworks(state, selected(state.frameworks)),
    completed_frameworks: frameworks(state, selected(state.completed)),
    unregistered_frameworks: '[]',
  });
}

export interface TasksQuery {
  readonly frameworkId?: string | undefined;
  readonly taskId?: string | undefined;
  /** Below 0 with no offset: all, as the original's own command line asks for. */
  readonly limit: number;
  /** Below 0: past them all. */
  readonly offset: number;
  readonly ascending: boolean;
}

/** Tasks of all frameworks, newest first unless asked otherwise. */
export function tasksPage(state: MasterState, query: TasksQuery): string {
  const all = [...state.frameworks.values(), ...state.completed.values()]
    .filter(({ id }) => query.frameworkId === undefined || id === query.frameworkId)
    .flatMap(({ tasks, unreachableTasks, completedTasks }) => [
      ...tasks.values(),
      ...unreachableTasks.values(),
      ...completedTasks,
    ])
    .filter(({ id }) => query.taskId === undefined || id === query.taskId);
  const began = (record: TaskRecord): number => record.statuses[0]?.timestamp ?? Number.NEGATIVE_INFINITY;
  all.sort((a, b) => (query.ascending ? 1 : -1) * (began(a) - began(b) || 0));
  const sum = query.offset + query.limit;
  const shown = query.offset < 0 ? [] : all.slice(query.offset, sum < 0 ? undefined : sum);
  return jsonObject({ tasks: jsonArray(shown.map(task)) });
}

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

/** Sums over the current and former tasks of registered frameworks, by agent. */
interface TaskSummary {
  readonly states: string[];
  readonly frameworks: Set<string>;
}

function sumByAgent(state: MasterState): ReadonlyMap<string, TaskSummary> {
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

/** Tasks that run, are unreachable or have ended: all a framework is remembered by. */
function recordsOf({ tasks, unreachableTasks, completedTasks }: Framework): TaskRecord[] {
  return [...tasks.values(), ...unreachableTasks.values(), ...completedTasks];
}

/** The cluster in numbers: agents and frameworks with their tasks counted by state. */
export function summaryPage(state: FilteredState): string {
  const { boot } = state;
  const executors = executorsByFramework(unfilteredState(state));
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

/** Weights other than 1. */
export function weightsPage(state: MasterState): string {
  return jsonArray(
    (getWeights(state).weight_infos ?? []).map((info) => encodeJson('mesos.v1.WeightInfo', info)),
  );
}
