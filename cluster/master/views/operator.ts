/**
 * The master's state in the words of the v1 operator API (mesos.v1.master).
 */

import type * as api from '../../api/generated/master';
import type * as mesos from '../../api/generated/mesos';
import { hideExecutorSecrets } from '../../model/hide-secrets';
import { lazyList } from '../../model/lazy-list';
import { addQuantities } from '../../model/quantities';
import { agentPrinter } from '../core/agents/print-agent';
import { frameworkPrinter, type PrintedFramework } from '../core/frameworks/print-framework';
import { printOperation } from '../core/operations/record';
import type { Framework, TaskRecord } from '../core/state/state';
import { executorsByFramework } from '../core/tasks/holdings';
import { printTask } from '../core/tasks/print-task';
import { type FilteredState, wholeState } from './read-filter';
import { type RoleSummary, roleSummaries } from './roles';
import { filterAgentInfo, filterPrintedAgent } from './visible-resources';

/**
 * The lists of a reply. Their items are gathered at one moment and printed one by one when they are read, so that a
 * big reply can be written in slices (edge/http/operator-lists.ts).
 */
export type Lists<Reply, Names extends keyof Reply> = {
  readonly [Name in Names]-?: Iterable<ItemOf<Reply[Name]>>;
};
type ItemOf<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never;

const call = <Item>(print: () => Item): Item => print();

export function getAgents(
  state: FilteredState,
): Lists<api.Response.GetAgents, 'agents' | 'recovered_agents'> {
  const printers = [...state.agents.values()].map((agent) => agentPrinter(state, agent, wholeState(state)));
  const recovered = [...state.recovered.values()].map((info) => ({
    ...info,
    checkpoint: info.checkpoint ?? false,
  }));
  const seesRole = state.filter?.role;
  if (!seesRole) return { agents: lazyList(printers, call), recovered_agents: recovered };
  return {
    agents: lazyList(printers, (print) => filterPrintedAgent(print(), seesRole)),
    recovered_agents: recovered.map((info) => filterAgentInfo(info, seesRole)),
  };
}

export function getFrameworks(
  state: FilteredState,
): Lists<api.Response.GetFrameworks, 'frameworks' | 'completed_frameworks'> {
  const whole = wholeState(state);
  const executors = executorsByFramework(whole);
  const printer = (framework: Framework): (() => PrintedFramework) =>
    frameworkPrinter(state, framework, { executors: executors.get(framework.id) ?? [], whole });
  return {
    frameworks: lazyList([...state.frameworks.values()].map(printer), call),
    completed_frameworks: lazyList([...state.completed.values()].map(printer), call),
  };
}

/** Copies of the records: a task may change before its copy is printed. */
export function getTasks(
  state: FilteredState,
): Lists<api.Response.GetTasks, 'tasks' | 'unreachable_tasks' | 'completed_tasks'> {
  const tasks: TaskRecord[] = [];
  const unreachable: TaskRecord[] = [];
  const completed: TaskRecord[] = [];
  for (const framework of [...state.frameworks.values(), ...state.completed.values()]) {
    for (const record of framework.tasks.values()) tasks.push({ ...record });
    for (const record of framework.unreachableTasks.values()) unreachable.push({ ...record });
    for (const record of framework.completedTasks) completed.push({ ...record });
  }
  return {
    tasks: lazyList(tasks, printTask),
    unreachable_tasks: lazyList(unreachable, printTask),
    completed_tasks: lazyList(completed, printTask),
  };
}

/** Executors that frameworks define; executors of command tasks are known to their agents only. */
export function getExecutors(state: FilteredState): Lists<api.Response.GetExecutors, 'executors'> {
  const records = [...state.agents.values()].flatMap(({ executors }) => [...executors.values()]);
  return {
    executors: lazyList(records, ({ info, agentId }) => ({
      executor_info: hideExecutorSecrets(info),
      agent_id: { value: agentId },
    })),
  };
}

/** Operations under way. */
export function getOperations(state: FilteredState): Lists<api.Response.GetOperations, 'operations'> {
  const records = [...state.agents.values()].flatMap(({ operations }) =>
    [...operations.values()].map((record) => ({ ...record })),
  );
  return { operations: lazyList(records, printOperation) };
}

/** The whole state of one moment: the answer to GET_STATE and the first event of SUBSCRIBE. */
export function getState(state: FilteredState) {
  return {
    get_tasks: getTasks(state),
    get_executors: getExecutors(state),
    get_frameworks: getFrameworks(state),
    get_agents: getAgents(state),
  };
}

/** The known roles, each with the resources that it and the roles below it use or are offered. */
export function getRoles(state: FilteredState): api.Response.GetRoles {
  return { roles: roleSummaries(state).map(printRole) };
}

/** Only these: a role's sums are by name, and any other name could be of ranges or of a set. */
const SHOWN = new Set(['cpus', 'mem', 'disk', 'gpus']);

function printRole({ name, weight, frameworks, allocated, offered }: RoleSummary): mesos.Role {
  const all = new Map(allocated);
  addQuantities(all, offered);
  const shown = [...all].filter(([resource, milli]) => SHOWN.has(resource) && milli > 0).sort();
  return {
    name,
    weight,
    frameworks: frameworks.map((value) => ({ value })),
    resources: shown.map(([resource, milli]) => ({
      name: resource,
      type: 'SCALAR',
      scalar: { value: milli / 1000 },
    })),
  };
}

export function getWeights(state: FilteredState): api.Response.GetWeights {
  return { weight_infos: [...state.registry.weights].map(([role, weight]) => ({ role, weight })) };
}
