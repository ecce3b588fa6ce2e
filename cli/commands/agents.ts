/**
 * `meseta agent list` and `meseta agent show`: agents as the master sees them.
 */

import { toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { flagCommand } from '../command';
import { listCommand } from '../list';
import { json, type MasterTarget, masterFlags, readPage } from '../master-api';
import { printFacts, printJson, printTable } from '../print';
import { resolveId } from '../resolve';

type Amounts = Readonly<Record<string, number | string>>;

/** An agent in `/slaves`, as far as the commands look at it. */
export interface AgentView {
  readonly id: string;
  readonly hostname: string;
  readonly pid: string;
  readonly version: string;
  readonly active: boolean;
  readonly deactivated: boolean;
  readonly registered_time: number;
  readonly reregistered_time?: number;
  readonly attributes: Readonly<Record<string, number | string>>;
  readonly capabilities: readonly string[];
  readonly domain?: {
    readonly fault_domain?: { readonly region: { name: string }; readonly zone: { name: string } };
  };
  readonly drain_info?: {
    readonly state: string;
    readonly config: {
      readonly max_grace_period?: { readonly nanoseconds: number };
      readonly mark_gone?: boolean;
    };
  };
  readonly estimated_drain_start_time_seconds?: number;
  readonly resources: Amounts;
  readonly used_resources: Amounts;
  readonly offered_resources: Amounts;
}

interface SlavesPage {
  readonly slaves: readonly AgentView[];
  readonly recovered_slaves: readonly { readonly id: string; readonly hostname: string }[];
}

export interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly slave_id: string;
  readonly framework_id: string;
}

/** The state of an agent in one word: active, away, deactivated, draining, drained. */
function stateOf({ active, deactivated, drain_info: drain }: AgentView): string {
  if (drain) return drain.state.toLowerCase();
  return deactivated ? 'deactivated' : active ? 'active' : 'away';
}

export function addressOf({ pid }: AgentView): string {
  return pid.slice(pid.indexOf('@') + 1);
}

export const list = listCommand({
  flags: masterFlags,
  read: async (flags) => (await readPage(flags, '/slaves')) as SlavesPage,
  encode: ({ slaves }) => printJson(slaves),
  print: ({ slaves, recovered_slaves }) => {
    if (slaves.length + recovered_slaves.length === 0) return 'There are no agents.\n';
    const use = (agent: AgentView, name: string): string =>
      `${agent.used_resources[name]}/${agent.resources[name]}`;
    const rows = slaves.map((agent) => [
      agent.id,
      agent.hostname,
      addressOf(agent),
      stateOf(agent),
      use(agent, 'cpus'),
      use(agent, 'mem'),
      use(agent, 'disk'),
    ]);
    // Agents of the registry that have not come back to a master that is new.
    const expected = recovered_slaves.map(({ id, hostname }) => [id, hostname, '', 'expected', '', '', '']);
    const heads = ['id', 'hostname', 'address', 'state', 'cpus', 'mem', 'disk'];
    return printTable(heads, [...rows, ...expected]);
  },
});

/** `S0` of an id that begins with the one of the master. */
const numberOf = (id: string): string => id.slice(id.lastIndexOf('-') + 1);

const AGENTS = { name: 'Agent', list: 'meseta agent list' };

/** The id of the agent that a word means: its id, the beginning of it, `S0`, its host name or its address. */
export async function findAgent(target: MasterTarget, word: string, find = resolveId): Promise<string> {
  const { slaves, recovered_slaves } = (await readPage(target, '/slaves')) as SlavesPage;
  const candidates = [
    ...slaves.map((agent) => ({
      id: agent.id,
      names: [agent.hostname, addressOf(agent), numberOf(agent.id)],
    })),
    ...recovered_slaves.map(({ id, hostname }) => ({ id, names: [hostname, numberOf(id)] })),
  ];
  return find(AGENTS, word, candidates);
}

export const show = flagCommand({
  flags: { ...masterFlags, json, all: toggle({ help: 'ended tasks too', fallback: false }) },
  positionals: ['agent'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const id = await findAgent(flags, word);
    const { slaves } = (await readPage(flags, '/slaves')) as SlavesPage;
    const agent = slaves.find((candidate) => candidate.id === id);
    if (!agent) throw new StartError(`Agent ${id} has not come back to this master yet`);
    const { tasks } = (await readPage(flags, '/tasks?limit=1000000&order=asc')) as { tasks: TaskView[] };
    const here = tasks.filter(({ slave_id, state }) => slave_id === id && (flags.all || !ENDED.test(state)));
    terminal.out(flags.json ? printJson({ ...agent, tasks: here }) : printAgent(agent, here));
    return 0;
  },
});

const ENDED = /FINISHED|FAILED|KILLED|LOST|ERROR|DROPPED|GONE/;

function printAgent(agent: AgentView, tasks: readonly TaskView[]): string {
  const domain = agent.domain?.fault_domain;
  const facts: [string, string | undefined][] = [
    ['id', agent.id],
    ['hostname', agent.hostname],
    ['address', addressOf(agent)],
    ['state', stateOf(agent)],
    ['drain', printDrain(agent)],
    ['version', agent.version],
    ['domain', domain && `${domain.region.name}/${domain.zone.name}`],
    ['registered', printTime(agent.registered_time)],
    ['came back', printTime(agent.reregistered_time)],
    ['attributes', printAmounts(agent.attributes)],
    ['capabilities', agent.capabilities.join(', ')],
  ];
  const names = Object.keys(agent.resources).filter((name) => agent.resources[name] !== 0);
  const columns = [agent.resources, agent.used_resources, agent.offered_resources];
  const rows = names.map((name) => [name, ...columns.map((amounts) => String(amounts[name] ?? 0))]);
  const table = printTable(['resource', 'total', 'used', 'offered'], rows);
  return `${printFacts(facts, 12)}\n${table}${tasks.length === 0 ? '' : `\n${printTasks(tasks)}`}`;
}

function printDrain({
  drain_info: drain,
  estimated_drain_start_time_seconds: startSeconds,
}: AgentView): string | undefined {
  if (!drain) return undefined;
  const grace = drain.config.max_grace_period;
  const parts = [
    startSeconds !== undefined && `since ${printTime(startSeconds)}`,
    grace && `at most ${grace.nanoseconds / 1e9} s for each task`,
    drain.config.mark_gone && 'to be gone',
  ];
  return parts.filter(Boolean).join(', ') || 'asked for';
}

function printTime(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
}

function printAmounts(amounts: Amounts): string {
  return Object.entries(amounts)
    .map(([name, value]) => `${name}:${value}`)
    .join('; ');
}

function printTasks(tasks: readonly TaskView[]): string {
  const rows = tasks.map(({ id, name, state, framework_id }) => [
    id,
    name,
    state.replace('TASK_', '').toLowerCase(),
    framework_id,
  ]);
  return printTable(['task', 'name', 'state', 'framework'], rows);
}
