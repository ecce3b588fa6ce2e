/**
 * `meseta framework list` and `meseta framework show`: frameworks as the master sees them.
 */

import { toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { flagCommand } from '../command';
import { listCommand } from '../list';
import { json, type MasterTarget, masterFlags, readPage } from '../master-api';
import { printFacts, printJson, printTable } from '../print';
import { resolveId } from '../resolve';

interface FrameworkView {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly principal?: string;
  readonly hostname: string;
  readonly webui_url: string;
  readonly active: boolean;
  readonly connected: boolean;
  readonly recovered: boolean;
  readonly checkpoint: boolean;
  readonly failover_timeout: number;
  readonly registered_time: number;
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly capabilities: readonly string[];
  readonly used_resources: Readonly<Record<string, number | string>>;
  readonly offered_resources: Readonly<Record<string, number | string>>;
  readonly tasks: readonly TaskView[];
  readonly offers: readonly unknown[];
  readonly executors: readonly { readonly executor_id: string; readonly slave_id: string }[];
}

interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly slave_id: string;
}

interface FrameworksPage {
  readonly frameworks: readonly FrameworkView[];
  readonly completed_frameworks: readonly FrameworkView[];
}

function stateOf({ active, connected, recovered }: FrameworkView): string {
  if (recovered) return 'recovered';
  return connected ? (active ? 'active' : 'inactive') : 'disconnected';
}

function rolesOf({ role, roles }: FrameworkView): string {
  return roles?.join(', ') ?? role ?? '*';
}

interface ListedFramework {
  readonly framework: FrameworkView;
  readonly state: string;
}

export const list = listCommand({
  flags: { ...masterFlags, all: toggle({ help: 'ended ones too', fallback: false }) },
  read: async (flags) =>
    listedFrameworks((await readPage(flags, '/frameworks')) as FrameworksPage, flags.all),
  encode: (frameworks) => printJson(frameworks.map(({ framework }) => framework)),
  print: (frameworks) => {
    if (frameworks.length === 0) return 'There are no frameworks.\n';
    const rows = frameworks.map(({ framework, state }) => [
      framework.id,
      framework.name,
      state,
      rolesOf(framework),
      framework.user,
      String(framework.tasks.length),
      String(framework.used_resources['cpus']),
      String(framework.used_resources['mem']),
    ]);
    return printTable(['id', 'name', 'state', 'roles', 'user', 'tasks', 'cpus', 'mem'], rows);
  },
});

function listedFrameworks(
  { frameworks, completed_frameworks }: FrameworksPage,
  all: boolean,
): ListedFramework[] {
  const ended = all ? completed_frameworks : [];
  return [
    ...frameworks.map((framework) => ({ framework, state: stateOf(framework) })),
    ...ended.map((framework) => ({ framework, state: 'ended' })),
  ];
}

const FRAMEWORKS = { name: 'Framework', list: 'meseta framework list' };

/**
 * The id of the framework that a word means: its id, the beginning of it, `0001`, or its name. Ended ones count last.
 */
export async function findFramework(target: MasterTarget, word: string, find = resolveId): Promise<string> {
  const page = (await readPage(target, '/frameworks')) as FrameworksPage;
  const running = page.frameworks.map(({ id, name }) => ({
    id,
    names: [name, id.slice(id.lastIndexOf('-') + 1)],
  }));
  const ended = page.completed_frameworks
    .filter(({ id }) => id === word)
    .map(({ id }) => ({ id, names: [] }));
  return find(FRAMEWORKS, word, [...running, ...ended]);
}

export const show = flagCommand({
  flags: { ...masterFlags, json },
  positionals: ['framework'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const id = await findFramework(flags, word);
    const path = `/frameworks?framework_id=${encodeURIComponent(id)}`;
    const { frameworks, completed_frameworks } = (await readPage(flags, path)) as FrameworksPage;
    const [framework] = [...frameworks, ...completed_frameworks];
    if (!framework) throw new StartError(`Framework ${id} has ended meanwhile`);
    terminal.out(flags.json ? printJson(framework) : print(framework, frameworks.length === 0));
    return 0;
  },
});

function print(framework: FrameworkView, isEnded: boolean): string {
  const facts: [string, string | undefined][] = [
    ['id', framework.id],
    ['name', framework.name],
    ['state', isEnded ? 'ended' : stateOf(framework)],
    ['roles', rolesOf(framework)],
    ['user', framework.user],
    ['principal', framework.principal],
    ['hostname', framework.hostname],
    ['web page', framework.webui_url],
    [
      'failover',
      `${framework.failover_timeout} s${framework.checkpoint ? ', its tasks outlive agents' : ''}`,
    ],
    ['capabilities', framework.capabilities.join(', ')],
    ['offers', String(framework.offers.length)],
    ['executors', framework.executors.map(({ executor_id }) => executor_id).join(', ')],
  ];
  const rows = framework.tasks.map(({ id, name, state, slave_id }) => [
    id,
    name,
    state.replace('TASK_', '').toLowerCase(),
    slave_id,
  ]);
  return `${printFacts(facts, 12)}${rows.length === 0 ? '' : `\n${printTable(['task', 'name', 'state', 'agent'], rows)}`}`;
}
