/**
 * Agents for the client commands: the place of a task, found by the master, and the pages and calls of its agent.
 */

import type { Caller } from '../cluster/runtime/auth/caller';
import { StartError } from '../cluster/runtime/lifecycle';
import { Api, type ApiOptions, withApi } from './api';
import { type AgentView, addressOf, type TaskView } from './commands/agents';
import { type MasterTarget, readPage } from './master-api';
import { resolveId } from './resolve';
import { MissingOutput } from './sandbox-file';

/** The id of a container, with that of the container around it. */
export interface ContainerId {
  readonly value: string;
  readonly parent?: ContainerId;
}

interface PlacedTask extends TaskView {
  readonly executor_id: string;
  readonly statuses: readonly { readonly container_status?: { readonly container_id?: ContainerId } }[];
}

/** An agent as a place to ask. */
export interface AgentTarget extends Caller {
  readonly hostname: string;
  readonly url: string;
}

/** A task with its agent. */
export interface TaskPlace {
  readonly id: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly hasEnded: boolean;
  /** Undefined for a task that has none yet. */
  readonly containerId: ContainerId | undefined;
  readonly agent: AgentTarget;
}

const ENDED = /FINISHED|FAILED|KILLED|LOST|ERROR|DROPPED|GONE/;

/** True for a state that a task ends in. */
export function isEnd(state: string): boolean {
  return ENDED.test(state);
}

const TASKS = { name: 'Task', list: 'meseta task list --all' };

/** The task that a word means: its id, its name, or the beginning of its id. One that runs comes before ended ones. */
export async function findTask(target: MasterTarget, word: string): Promise<TaskPlace> {
  const { tasks } = (await readPage(target, '/tasks?limit=1000000&order=asc')) as { tasks: PlacedTask[] };
  const running = tasks.filter(({ state }) => !isEnd(state));
  const matches = (task: PlacedTask): boolean =>
    task.id === word || task.name === word || task.id.startsWith(word);
  const pool = running.some(matches) ? running : tasks;
  const id = resolveId(
    TASKS,
    word,
    pool.map((task) => ({ id: task.id, names: [task.name] })),
  );
  const task = pool.findLast((candidate) => candidate.id === id);
  if (!task) throw new StartError(`Task ${word} does not exist. '${TASKS.list}' lists them.`);
  return await placeOf(target, task);
}

/** Asks for this task alone. A task that its master has forgotten has ended, too. */
export async function hasTaskEnded(
  target: MasterTarget,
  { id, frameworkId }: Pick<TaskPlace, 'id' | 'frameworkId'>,
): Promise<boolean> {
  const query = new URLSearchParams({ framework_id: frameworkId, task_id: id });
  const { tasks } = (await readPage(target, `/tasks?${query.toString()}`)) as { tasks: PlacedTask[] };
  return tasks.every(({ state }) => isEnd(state));
}

/** The tasks with these ids, as far as the master has them and their agents, by one question for all. */
export async function findTasks(target: MasterTarget, ids: readonly string[]): Promise<TaskPlace[]> {
  const { tasks } = (await readPage(target, '/tasks?limit=1000000&order=asc')) as { tasks: PlacedTask[] };
  const wanted = tasks.filter(({ id }) => ids.includes(id));
  if (wanted.length === 0) return [];
  const agents = await readAgents(target);
  return wanted
    .filter((task) => agents.some(({ id }) => id === task.slave_id))
    .map((task) => placeIn(target, agents, task));
}

async function placeOf(target: MasterTarget, task: PlacedTask): Promise<TaskPlace> {
  return placeIn(target, await readAgents(target), task);
}

function placeIn(target: MasterTarget, agents: readonly AgentView[], task: PlacedTask): TaskPlace {
  const statuses = task.statuses.toReversed();
  const containerId = statuses.find((status) => status.container_status?.container_id)?.container_status;
  return {
    id: task.id,
    frameworkId: task.framework_id,
    // The executor of a command task has the id of its task.
    executorId: task.executor_id === '' ? task.id : task.executor_id,
    hasEnded: isEnd(task.state),
    containerId: containerId?.container_id,
    agent: agentIn(target, agents, task.slave_id),
  };
}

/** The agent with this id, as the master knows its address. */
export async function agentTarget(target: MasterTarget, id: string): Promise<AgentTarget> {
  return agentIn(target, await readAgents(target), id);
}

async function readAgents(target: MasterTarget): Promise<readonly AgentView[]> {
  return ((await readPage(target, '/slaves')) as { slaves: readonly AgentView[] }).slaves;
}

function agentIn(target: MasterTarget, agents: readonly AgentView[], id: string): AgentTarget {
  const agent = agents.find((candidate) => candidate.id === id);
  if (!agent) throw new StartError(`Agent ${id} is not registered with this master`);
  const scheme = target.master.startsWith('https://') ? 'https' : 'http';
  const url = `${scheme}://${addressOf(agent)}`;
  const { credentials, token, ca } = target;
  return { hostname: agent.hostname, url, credentials, token, ca };
}

/** Runs a function with a connection to an agent. */
export function withAgent<T>(agent: AgentTarget, run: (api: Api) => Promise<T>): Promise<T> {
  return withApi(optionsOf(agent), run);
}

/** A connection to an agent, which the caller closes. */
export function openAgent(agent: AgentTarget): Api {
  return new Api(optionsOf(agent));
}

function optionsOf({ hostname, ...target }: AgentTarget): ApiOptions {
  return { ...target, what: `The agent on ${hostname}`, flag: '--master' };
}

/** A call of an agent's v1 operator API. */
export function callAgent(agent: AgentTarget, call: object): Promise<unknown> {
  return withAgent(agent, (api) => api.json('POST', '/api/v1', call));
}

interface ExecutorView {
  readonly id: string;
  readonly directory: string;
}

interface FrameworkView {
  readonly id: string;
  readonly executors: readonly ExecutorView[];
  readonly completed_executors: readonly ExecutorView[];
}

interface AgentState {
  readonly frameworks: readonly FrameworkView[];
  readonly completed_frameworks: readonly FrameworkView[];
}

/** The sandbox of a task: that of its executor, or one in it. */
export async function sandboxOf(api: Pick<Api, 'json'>, task: TaskPlace): Promise<string> {
  const { frameworks, completed_frameworks: completed } = (await api.json('GET', '/state')) as AgentState;
  const executors = [...frameworks, ...completed]
    .filter(({ id }) => id === task.frameworkId)
    .flatMap((framework) => [...framework.executors, ...framework.completed_executors.toReversed()]);
  const executor = executors.find(({ id }) => id === task.executorId);
  if (!executor)
    throw new MissingOutput(`The agent on ${task.agent.hostname} does not know where ${task.id} ran`);
  return executor.directory + wayTo(task.containerId);
}

/** The way from the sandbox of the outermost container to that of this one. */
function wayTo(id: ContainerId | undefined): string {
  return id?.parent ? `${wayTo(id.parent)}/containers/${id.value}` : '';
}
